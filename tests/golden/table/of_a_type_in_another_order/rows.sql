insert into customer values ('Dr', 'Ada', '1815-12-10'), (null, 'Bob', null), (null, 'Bob', null);
