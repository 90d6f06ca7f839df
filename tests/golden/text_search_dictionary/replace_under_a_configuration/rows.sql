insert into page values ('the foxes ran');
