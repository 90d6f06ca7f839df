insert into place values ('a'), ('b');
insert into visit (at, place) values ('2023-01-02', 'a'), ('2024-02-03', 'b'), ('2026-03-04', 'a');
insert into remark select id, at from visit;
