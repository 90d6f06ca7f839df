insert into loan (id, status) values (1, 'late'), (2, 'lent');
insert into parted values ('late');
