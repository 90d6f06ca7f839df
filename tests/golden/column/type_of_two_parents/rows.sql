insert into event values (1, '2026-01-01', 'a'); insert into party values (2, '2026-01-02', null); insert into dated values (3, '2026-01-03'); insert into named values (4);
