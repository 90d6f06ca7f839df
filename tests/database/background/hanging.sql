do $$begin create role background_reader; exception when duplicate_object then end$$;
do $$begin create role "Background Writer"; exception when duplicate_object then end$$;
create schema h;
create table h.log (id int, at timestamptz, note text);
create table h.item (id int primary key, price numeric, owner text, note text);
create table h.other (id int primary key references h.item);
create view h.cheap as select * from h.item where price < 10;
create materialized view h.prices as select price from h.item;
create table h.event (id int, day date, primary key (id, day)) partition by range (day);
create table h.event_2024 partition of h.event for values from ('2024-01-01') to ('2025-01-01');
create table h.event_2025 partition of h.event for values from ('2025-01-01') to ('2026-01-01');
create function h.f() returns trigger language plpgsql as 'begin return new; end';

create trigger plain before insert or update of price, note on h.item for each row
    when (new.price is not null) execute function h.f('one', 'it''s');
create trigger once after truncate on h.item execute function h.f();
create trigger tables after update on h.item referencing old table as o new table as n
    for each statement execute function h.f();
create constraint trigger late after insert on h.item from h.other deferrable initially deferred
    for each row execute function h.f();
create trigger instead instead of insert on h.cheap for each row execute function h.f();
create trigger "Parted one" after insert on h.event for each row execute function h.f();
create trigger parted_off before update on h.event for each row execute function h.f();
alter table h.item disable trigger plain;
alter table h.item enable replica trigger once;
alter table h.item enable always trigger late;
alter table h.event_2024 disable trigger "Parted one";
alter table h.event disable trigger parted_off;
alter table h.event_2025 enable always trigger parted_off;
comment on trigger plain on h.item is 'a trigger';
comment on trigger late on h.item is 'a constraint trigger';
comment on constraint late on h.item is 'its constraint';

alter table h.item enable row level security;
create policy everything on h.item;
create policy mine on h.item as restrictive for update to background_reader, "Background Writer"
    using (owner = current_user) with check (price > 0);
create policy adding on h.item for insert to public with check (exists (select from h.log l where l.id = item.id));
create policy "See it" on h.item for select to current_user using (true);
comment on policy mine on h.item is 'a policy';

create rule logged as on insert to h.item do also insert into h.log values (new.id, now(), new.note);
create rule ignored as on delete to h.item where old.price > 100 do instead nothing;
create rule adding as on update to h.cheap do instead
    (update h.item set price = new.price where id = old.id; notify changed);
create rule "When off" as on delete to h.log do instead nothing;
alter table h.item disable rule ignored;
alter table h.log enable always rule "When off";
comment on rule logged on h.item is 'a rule';
comment on rule "_RETURN" on h.cheap is 'the view itself';

create statistics h.both (ndistinct, dependencies) on id, price from h.item;
create statistics h."All kinds" on owner, note from h.item;
alter statistics h.both set statistics 500;
comment on statistics h.both is 'statistics';
