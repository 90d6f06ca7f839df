insert into loan values ('lent');
