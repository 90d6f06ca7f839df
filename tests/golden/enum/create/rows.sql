insert into loan (id) values (1), (2);
