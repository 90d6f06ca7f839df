insert into crate values
    (1, row(1, 2), array[row(3, 4)::size::inner_size, null], array[row(5, 6)::size], row(row(7, 8)::size::inner_size, 9)::extent),
    (2, null, null, null, null);
