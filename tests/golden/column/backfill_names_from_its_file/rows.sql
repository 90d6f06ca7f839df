insert into shop.customer values (1, 'US'), (2, 'DE'), (3, null);
