insert into book (title) values ('Emma'), ('Persuasion');
insert into copy values (1, 'A1'), (2, 'A2');
