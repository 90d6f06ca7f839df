insert into customer values ('a', 'b'), ('B', null);
