insert into stock values (1, 1, 10), (2, 1, 5);
