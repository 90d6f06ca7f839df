insert into customer values ('Ada', 'ada@example.org');
