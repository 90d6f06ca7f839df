insert into customer values ('Ada@example.org', 'Ada', 'new', '2024-01-01');
