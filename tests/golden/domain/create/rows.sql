insert into customer values (1), (2);
