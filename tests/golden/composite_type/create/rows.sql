insert into customer values (1);
