insert into point values (1, 'one'); insert into shape (id, at, corners) values (1, row(2, 'two'), array[row(3, null)::public.point, null]), (2, null, '{}'), (3, row(null, null), null);
