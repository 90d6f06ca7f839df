insert into loan values (1, 'lent', '{}'), (2, 'returned', '{lent}');
