insert into product values (1, 'A-1', 9.99), (2, 'B-2', 100);
