insert into sale values (1, 10), (1, 20), (2, 5);
