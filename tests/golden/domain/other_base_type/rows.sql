insert into item (id, amount, price, past) values (1, 2.25, 3, '{1,2}'), (2, 4, 5, null);
