insert into account values (1, 500), (2, 5000);
