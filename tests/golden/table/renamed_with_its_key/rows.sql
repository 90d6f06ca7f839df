insert into customer default values;
insert into orders values (1);
