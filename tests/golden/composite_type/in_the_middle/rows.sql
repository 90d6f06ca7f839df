insert into customer values (1, row('High Street', 'York'), array[row('a "b"', 'c,d'), row(null, 'x')]::place[], row(row('a', 'b'), null)),
  (2, null, array[]::place[], null), (3, row(null, null), '{}', null);
