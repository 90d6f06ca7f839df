insert into article values ('{a,b}', '{"a": 1}', '2024-01-01', 'first');
