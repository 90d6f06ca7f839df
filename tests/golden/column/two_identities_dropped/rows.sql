insert into ticket (id) values (10), (11);
insert into ticket (id, number) values (12, 7);
