create schema app;
create type app.mood as enum ('sad', 'ok');
create table app.person (id int primary key, name text not null, mood app.mood default 'ok');

create function app.plain(a int, b text default 'x''y', variadic rest int[] default '{}') returns int
    language plpgsql immutable strict leakproof security definer parallel safe cost 42 set search_path to 'app', 'pg_temp'
    set work_mem to '8MB' as $$begin return a; end$$;
create function app.plain(a text) returns text language sql as 'select $1';
create function app.people() returns setof app.person language sql stable rows 7 as 'select * from app.person';
create function app.rows(out id int, inout name text) returns setof record language sql as 'select 1, name';
create function app.as_table(wanted app.mood) returns table (id int, "Name" text) language sql
    as 'select p.id, p.name from app.person p where p.mood = wanted';
create function app.generic(a anyelement, b anyarray) returns anyelement language sql as 'select a';
create function app."Odd name $body$"("Arg One" int, int) returns void language sql as $x$ select '$function$'::text $x$;
create function app.of_person(p app.person) returns text language sql immutable as 'select (p).name';
create function app.touched() returns trigger language plpgsql as 'begin return new; end';
create function app.rank() returns bigint language internal window immutable as 'window_row_number';
create procedure app.run(in a int, inout b text default 'b') language plpgsql as $$begin commit; end$$;

alter table app.person add column shown text default app.plain('n'),
    add constraint person_check check (app.plain(id) > 0);
create index on app.person (app.of_person(person));
create view app.everybody as select * from app.people();

comment on function app.plain(int, text, int[]) is 'the first';
comment on function app.plain(text) is 'the second';
comment on procedure app.run(int, text) is 'a procedure';
comment on column app.everybody.name is 'of a view over a function';
