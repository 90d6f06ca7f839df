insert into customer values (11, 'a', 'eu'), (2, null, 'us');
