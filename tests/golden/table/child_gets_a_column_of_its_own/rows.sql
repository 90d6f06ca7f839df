insert into book (id, name, pages) values (1, 'x', 2);
