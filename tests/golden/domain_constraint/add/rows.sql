insert into address values (1, '123', '{1,2}'), (2, '456', null);
