insert into member values (1, 1); insert into loan values (1, 1), (1, null);
