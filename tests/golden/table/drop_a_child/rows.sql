insert into book values (1, 'a', default, '2020-01-01', 2);
insert into thing values (2, 'b');
