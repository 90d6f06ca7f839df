insert into account values ('ada@example.org'), (null);
