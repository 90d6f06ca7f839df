insert into customer values (1, 'a@example.org');
