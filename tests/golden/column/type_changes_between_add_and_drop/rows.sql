insert into run values (1, 'new', null), (2, 'done', 'E1');
