insert into visit values (1, 2), (2, 3);
