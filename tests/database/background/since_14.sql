create schema s;
create schema other;
create table s.person (id int primary key, name text);
create function s.as_table(wanted int) returns table (id int, "Name" text) language sql
    begin atomic select p.id, p.name from s.person p where p.id = wanted; end;
create function s.standard(a numeric(10, 2), b text default lower('B')) returns numeric language sql return a * 2;
create procedure s.run() language sql begin atomic insert into s.person (id, name) values (1, 'a'); end;
create procedure s.gives(in a int, out b int) language plpgsql as 'begin b := a; end';
create view s.shown as select * from s.as_table(1);
comment on procedure s.gives(in int, out int) is 'an out argument';

create statistics s."All kinds" on name, (lower(name)), (id * 2) from s.person;
create statistics s."One expression" on (upper(name)) from s.person;

create type s.span as range (subtype = time);
create type s.amounts as range (subtype = numeric, multirange_type_name = other.many_amounts);
create table s.times (a s.span, m s.span_multirange default s.span_multirange(s.span('08:00', '09:00')),
    o other.many_amounts[]);
create view s.multi as select s.span_multirange(a) as cast_by_hand, a::s.span_multirange as m from s.times;
comment on type s.span_multirange is 'its multirange';
comment on function s.span_multirange(s.span) is 'a constructor';
