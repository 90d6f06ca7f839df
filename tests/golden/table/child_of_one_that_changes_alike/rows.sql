insert into event values (1); insert into party values (2);
