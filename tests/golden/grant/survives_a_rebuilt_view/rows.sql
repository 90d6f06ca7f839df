insert into customer values ('Ada');
