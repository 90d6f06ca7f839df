insert into reading values ('2024-01-01', 1, 'm'), ('2024-01-01', 1, 'km'), ('2024-01-02', 2, 'm');
