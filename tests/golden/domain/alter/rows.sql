insert into customer values (1, 'A@example.org', 3);
