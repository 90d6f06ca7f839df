insert into invoice values (10.50), (20);
