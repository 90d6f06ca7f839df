insert into item values (1, 'a'), (200, 'b');
