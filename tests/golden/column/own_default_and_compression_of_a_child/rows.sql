insert into event (kind, note, body) values (1, 'a', 'b'), (2, null, 'c'), (3, 'd', 'e');
