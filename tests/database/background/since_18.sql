create schema s;
create collation s.builtin (provider = builtin, locale = 'C.UTF-8');
create domain s.named as int constraint filled not null;
create table s.t (id int primary key, a int, g int generated always as (a * 2) stored,
    constraint "Must be" check (a > 0) not enforced);
create publication generated for table s.t with (publish_generated_columns = stored);
create foreign data wrapper w;
create server w foreign data wrapper w;
create foreign table s.f (
    id int constraint "Id there" not null, a int not null no inherit, v int generated always as (a * 2) virtual,
    constraint unchecked check (a > 0) not enforced
) server w;
alter foreign table s.f add constraint later check (id > 0) not valid;
create function s.logged_in() returns event_trigger language plpgsql as 'begin end';
create event trigger login on login execute function s.logged_in();
alter event trigger login disable;
comment on constraint "Id there" on s.f is 'a name for NOT NULL';
comment on constraint t_id_not_null on s.t is 'of a table';
create type s.inner_range as range (subtype = s.named);
