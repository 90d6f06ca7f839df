insert into sale values ('2026-01-01', 10), ('2026-01-01', 5), ('2026-01-02', 7);
refresh materialized view daily;
