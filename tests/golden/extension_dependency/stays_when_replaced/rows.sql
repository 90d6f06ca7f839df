insert into event values (1, 'a');
