insert into customer values (1, 'ada@example.org');
