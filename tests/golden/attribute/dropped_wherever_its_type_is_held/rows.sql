insert into crate values
    (1, row(1, 2), array[row(3, 4)::size, null], row(row(5, 6)::size, null, array[row(7, 8)::size])::extent,
     array[row(null, row(9, 10)::size, array[row(11, 12)::size, row(13, null)::size])::extent, null]),
    (2, null, null, null, null);
