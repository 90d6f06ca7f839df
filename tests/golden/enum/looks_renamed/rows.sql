insert into loan values (1, 'lent');
