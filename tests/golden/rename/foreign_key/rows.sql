insert into customer values (1), (2);
insert into invoice values (1), (1), (2);
