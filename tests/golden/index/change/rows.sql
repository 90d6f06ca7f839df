insert into customer values ('Ada@example.org');
