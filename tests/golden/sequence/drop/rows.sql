insert into invoice default values;
insert into invoice default values;
