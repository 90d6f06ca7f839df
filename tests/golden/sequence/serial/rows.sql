insert into invoice values (10), (20);
