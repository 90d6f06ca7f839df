insert into note values ('a'), ('b'); insert into mark values (1), (null);
