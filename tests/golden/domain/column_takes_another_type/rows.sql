insert into room values (1, row(1, 'x'), 'abc', '{a,b}');
