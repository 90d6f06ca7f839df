insert into acc (boss) select null from generate_series(1, 2000) n;
update acc set boss = id / 7 where id >= 7;
insert into entry (acc) select 1 + n % 2000 from generate_series(1, 3000) n;
