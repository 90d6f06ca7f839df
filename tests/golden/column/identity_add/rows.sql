insert into ticket values (1), (7);
