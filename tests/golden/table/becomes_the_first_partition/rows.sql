insert into event values (1, '2023-04-05'), (2, '2024-06-07');
