insert into thing values (1, 'a', 1);
insert into book values (2, 'b', 2);
