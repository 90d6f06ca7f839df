insert into item values (1);
