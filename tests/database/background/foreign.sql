do $$begin create role background_remote; exception when duplicate_object then end$$;
create schema far;
create function far.valid(text[], oid) returns void language internal as 'postgresql_fdw_validator';
create foreign data wrapper "Far one" options (debug 'true', api_key 'hunter2');
create foreign data wrapper checked validator postgresql_fdw_validator;
create server plain foreign data wrapper "Far one";
create server "Rich one" type 'oracle' version '1''2' foreign data wrapper "Far one"
    options (host 'example.org', dsn 'postgres://me:hunter2@example.org/db', "Odd" 'x');
create server pg foreign data wrapper checked options (host 'localhost', dbname 'x');
create user mapping for public server plain;
create user mapping for background_remote server pg options (user 'remote', password 'hunter2');
create user mapping for current_user server plain options (token 'hunter2');

create domain far.positive as int check (value > 0);
create sequence far.ids;
create foreign table far.item (
    id bigint options (key 'true', "Col" 'x') not null default nextval('far.ids'), name text collate "C",
    size far.positive default 7, doubled int generated always as (size * 2) stored,
    constraint sized check (size < 100), constraint named check (name <> '') no inherit
) server plain options (schema_name 's', table_name 'it''s');
alter foreign table far.item alter column name set statistics 50;
alter foreign table far.item alter column name set storage external;
alter foreign table far.item alter column name set (n_distinct = 5);
create foreign table far.empty () server plain;
create table far.base (id int not null check (id > 0), note text default 'n');
create foreign table far.child (extra int) inherits (far.base) server plain;
alter foreign table far.child alter column note set default 'other';
alter foreign table far.child alter column id options (add key 'true');
create table far.parted (id int not null, day date, check (id > 0)) partition by range (day);
create foreign table far.part partition of far.parted for values from ('2024-01-01') to ('2025-01-01') server plain
    options (t 'x');
create view far.shown as select id, name from far.item;
create function far.f() returns trigger language plpgsql as 'begin return new; end';
create trigger watched before insert on far.item for each row execute function far.f();
comment on foreign data wrapper checked is 'a wrapper';
comment on server pg is 'a server';
comment on foreign table far.item is 'a foreign table';
comment on column far.item.name is 'its column';
comment on constraint sized on far.item is 'its check';
