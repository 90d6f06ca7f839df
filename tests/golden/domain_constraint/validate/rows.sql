insert into address values ('123');
