insert into picture (id, size) values (1, row(1.5, 0.25, 2)), (2, null), (3, row(null, null, 3));
