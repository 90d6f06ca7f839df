insert into loan values (1, 'lent'), (2, 'lost'), (3, 'returned');
insert into visit values ('2024-01-01', '{lent,lost}'), ('2024-01-01', '{lost}'), ('2024-01-02', '{}');
