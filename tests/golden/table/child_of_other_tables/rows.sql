insert into book values (1, 'x', 2); insert into thing values (2, 'y'); insert into work values (3, 'z');
