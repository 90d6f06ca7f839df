create schema kit;
create function kit.valid(text) returns boolean language sql immutable as 'select $1 <> ''''';
create sequence kit.numbers;
create domain kit.email as varchar(200) collate "C" default 'a@b' not null
    constraint has_at check (value like '%@%') constraint "Valid one" check (kit.valid(value));
create domain kit.short as kit.email check (length(value) < 20);
create domain kit.blank as kit.email default null;
create domain kit.number as int default nextval('kit.numbers');
create domain kit.late as int;
create table kit.used (a kit.late, b kit.email, c kit.number[] default '{}');
insert into kit.used values (-1, 'x@y');
alter domain kit.late add constraint positive check (value > 0) not valid;
comment on domain kit.email is 'an address';
comment on constraint has_at on domain kit.email is 'one sign';
comment on type kit.late is 'also a domain';

create type kit.money as (amount numeric(12, 2), currency char(3), note text collate "C", mail kit.email);
create type kit.nothing as ();
create type kit.purse as (contents kit.money[], "Odd col" kit.money);
create table kit.wallet (held kit.purse, "Several" kit.money[]);
create function kit.worth(kit.money) returns numeric language sql immutable as 'select ($1).amount';
comment on type kit.money is 'a pair';
comment on column kit.money.amount is 'how much';
comment on type kit.used is 'a row type';

create function kit.distance(time, time) returns float8 language sql immutable as 'select extract(epoch from $1 - $2)';
create type kit.span as range (subtype = time, subtype_diff = kit.distance);
create type kit.words as range (subtype = text, subtype_opclass = text_pattern_ops, collation = "C");
create table kit.times (s kit.span default kit.span('08:00', '09:00'), w kit.words,
    exclude using gist (s with &&), check (kit.span('00:00', '23:59') @> s));
comment on type kit.span is 'a range';
comment on function kit.span(time, time) is 'a constructor';
