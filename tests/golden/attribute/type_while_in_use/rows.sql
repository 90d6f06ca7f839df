insert into picture values (1, row(1.5, 2)), (2, default);
