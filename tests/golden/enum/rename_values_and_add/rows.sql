insert into loan values (1, 'late'), (2, 'lent'), (3, 'returned');
