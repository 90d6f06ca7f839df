insert into book values (1, 'a', 3), (2, null, null);
