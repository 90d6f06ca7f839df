insert into customer values (1, 'Ada', '+44 1'), (2, 'Grace', '+1 2');
