insert into visit values (1, 'here', 'a'), (2, 'there', 'b');
