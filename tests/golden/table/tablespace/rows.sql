insert into customer values (1, 'a@b.c'), (2, 'd@e.f'); insert into note values ('x');
