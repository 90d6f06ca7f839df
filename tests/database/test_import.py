"""What `import` writes of a database, held against the database itself: a plan after it has nothing to do."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from tests.conftest import ProjectFolder
from tests.servers import Server, fetch, run_sql

CASES = {
    "privileges on the schema that every database has": "grant create on schema public to public",
    "that it belongs to the owner of the database": (
        "do $$ begin execute format('alter schema public owner to %I', current_user); end $$"
    ),
    "its comment": "comment on schema public is 'what everybody sees'",
    "both": "revoke usage on schema public from public; comment on schema public is 'nobody''s'",
    "a connection string that a function puts together": (
        "create function far(name text, ip text, pw text) returns text language plpgsql as $$ begin return"
        " 'dbname=shop user='||name||' hostaddr='||ip||' password='||pw; end $$"
    ),
}


@pytest.mark.parametrize("made", CASES.values(), ids=CASES)
def test_a_plan_after_it_is_empty(newest: Server, project: Callable[..., ProjectFolder], made: str) -> None:
    with newest.database() as conninfo:
        run_sql(conninfo, made)
        folder = project({"dev": conninfo})
        imported = folder.run("import", "dev")
        assert imported.code == 0, imported
        planned = folder.run("plan", "dev", "--detailed-exitcode")
        assert planned.code == 0, planned


def test_files_it_did_not_write_are_named(newest: Server, project: Callable[..., ProjectFolder]) -> None:
    with newest.database() as conninfo:
        run_sql(conninfo, "create schema shop; create table shop.customer (id bigint)")
        folder = project({"dev": conninfo})
        assert folder.run("import", "dev").code == 0
        run_sql(conninfo, "drop schema shop cascade")
        again = folder.run("import", "dev")
        assert again.code == 0, again
        assert "what is declared there stays declared: schemas/shop.toml" in again.out + again.err
        assert "to create" in folder.run("plan", "dev").out


BY_HAND = """
# What is sold.
[tables.item.columns]
price = { type = "numeric", default = "0 + 1" }  # before tax
id = "bigint"
[views.cheap]
query = "select id from item where price < 10"
"""


@pytest.mark.parametrize("name", ["public.toml", "shop.toml"])
def test_files_that_say_what_is_there_stay_as_they_are(
    newest: Server, project: Callable[..., ProjectFolder], name: str
) -> None:
    with newest.database() as conninfo:
        folder = project({"dev": conninfo})
        file = folder.root / "schemas" / name
        folder.declare('schema = "public"\n' + BY_HAND, name)
        applied = folder.run("apply", "dev", "--auto-approve")
        assert applied.code == 0, applied
        written = file.read_text()
        imported = folder.run("import", "dev")
        assert imported.code == 0, imported
        assert [f.name for f in file.parent.iterdir()] == [name]
        assert file.read_text() == written
        assert folder.run("plan", "dev", "--detailed-exitcode").code == 0
        run_sql(conninfo, "alter table item add note text")
        again = folder.run("import", "dev")
        assert [f.name for f in file.parent.iterdir()] == [name]
        if name == "public.toml":
            assert again.code == 0
            assert "note" in file.read_text()
        else:
            assert again.code == 1
            assert "schemas/shop.toml: table public.item" in again.err
            assert "it writes public.toml: give your files these names, or move them out" in again.err
            assert file.read_text() == written


def test_an_invalid_index_is_named_and_repaired(newest: Server, project: Callable[..., ProjectFolder]) -> None:
    """Nobody declares an index that a failed build left behind, so it is not taken for what its declaration means."""
    with newest.database() as conninfo:
        run_sql(conninfo, "create table item (id int primary key, code int); insert into item values (1, 1), (2, 1)")
        with pytest.raises(psycopg.errors.UniqueViolation):
            run_sql(conninfo, "create unique index concurrently item_code on item (code)")
        run_sql(conninfo, "delete from item where id = 2")
        folder = project({"dev": conninfo})
        imported = folder.run("import", "dev")
        assert "index public.item.item_code: a failed build left it invalid" in imported.err
        assert "the next plan repairs it" in imported.err
        planned = folder.run("plan", "dev", "--detailed-exitcode")
        assert planned.code == 2, planned
        assert "repairs it: a failed build left it invalid" in " ".join(planned.out.split())
        assert folder.run("apply", "dev", "--auto-approve").code == 0
        valid = "select indisvalid from pg_index where indexrelid = 'item_code'::regclass"
        assert fetch(conninfo, valid) == [(True,)]
        assert folder.run("plan", "dev", "--detailed-exitcode").code == 0
        # What was wrong with it is nothing that a rollback puts back.
        assert "0 to replace" in folder.run("rollback", "dev", "--auto-approve").out
        assert fetch(conninfo, valid) == [(True,)]


def test_an_index_that_became_invalid_is_drift(newest: Server, project: Callable[..., ProjectFolder]) -> None:
    with newest.database() as conninfo:
        run_sql(conninfo, "create table item (id int primary key, code int); create index item_code on item (code)")
        folder = project({"dev": conninfo})
        assert folder.run("import", "dev").code == 0
        run_sql(conninfo, "update pg_index set indisvalid = false where indexrelid = 'item_code'::regclass")
        drift = folder.run("drift", "dev", "--detailed-exitcode")
        assert drift.code == 2, drift
        assert "index item_code" in drift.out
        assert "repairs it" in folder.run("plan", "dev").out


DETAILS = {
    "defaults of views": """
        create table item (id int primary key, name text default 'of the table', "Its size" int);
        create sequence numbers;
        create view plain as select id, name, "Its size" from item;
        alter view plain alter column name set default 'of the view';
        alter view plain alter column "Its size" set default nextval('numbers');
        """,
    "defaults of partitions": """
        create table p (id int, k int default 1, l int default 2, m int, n int not null default 5)
            partition by range (id);
        create table p1 partition of p for values from (1) to (10);
        create table p2 partition of p (k default 11, l not null, m default 4) for values from (10) to (20);
        create table p3 (id int, k int, l int default 2, m int default 3, n int not null);
        alter table p attach partition p3 for values from (20) to (30);
        create table p4 partition of p for values from (30) to (40) partition by list (k);
        alter table p4 alter k set default 44;
        create table p41 partition of p4 for values in (1);
        create table p42 partition of p4 for values in (2);
        alter table p42 alter k drop default, alter l set default 99;
        """,
    "keys over inherited columns": """
        create table item (id int not null, code int not null, size int);
        create table taken () inherits (item);
        alter table taken add primary key (id, code), add unique (size);
        create table said (primary key (id)) inherits (item);
        create table wide (width int, primary key (id, width)) inherits (item);
        create table p (id int not null, k int not null) partition by list (k);
        create table p1 partition of p for values in (1);
        alter table p1 add primary key (id);
        create table p2 partition of p (primary key (id)) for values in (2)
        """,
    "what reads from child tables": """
        create table spool (id int primary key, size int not null, at timestamp not null default now());
        create table spool_a (primary key (id), check (size = 1)) inherits (spool);
        create rule to_a as on insert to spool where new.size = 1 do instead insert into spool_a values (new.id, 1);
        create view all_of_a as select id from spool_a;
        create table z (id int, size int) partition by list (size);
        create table z1 partition of z for values in (1);
        create materialized view all_of_z as select id from z1;
        create function any_of_z() returns bigint language sql begin atomic select id from z1; end
        """,
    "conditions that list values": """
        create type "A Size" as enum ('small', 'it''s [large]');
        create domain size as varchar(9) check (value in ('small', 'large', null));
        create table item (id int primary key, state varchar(20) not null default 'new', size "A Size",
            check (state in ('new', 'a,b) [c', E'back\\slash''s', lower('X'))),
            check (state not in ('x', 'y') and (size::text = any (array['small'::"A Size"]::"A Size"[]::text[]))),
            known boolean generated always as (state in ('new', 'used') or state like any (array['a', 'b'])) stored);
        create index item_state on item (id, (state in ('p', 'q'))) where state in ('new', 'used');
        create view used as select id, case when state in ('new', 'used') then 1 end as used from item
            where state in ('new', 'used') and id in (1, 2) and id::bigint in (1, 2);
        create function known(state varchar, states varchar[] default array['a', 'b']::varchar[]) returns boolean
            language sql begin atomic select state in ('new', 'used'); end;
        create function tell() returns trigger language plpgsql as 'begin return new; end';
        create trigger tell before update on item for each row when (new.state in ('new', 'used'))
            execute function tell();
        create policy few on item using (state in ('new', 'used')) with check (state not in ('new', 'used'));
        create rule kept as on delete to item where old.state in ('new', 'used') do instead nothing;
        create statistics item_states on (state in ('new', 'used')), id from item;
        create view years as select extract('YEAR' from now()) + extract('Month' from now()) as "EXTRACT(YEAR FROM x",
            (extract(year from now()) in (1, 2) or state in ('new', 'used')) as known from item;
        create view nameless as select id, 'x' as named from item join (select oid, typname from pg_type union all
            select 7, 'a, ) FROM '::varchar(20) union all select 8, ('b'||id)::name as mine from item) u (v, w) on v = 1
            where exists (select 'x', null, 1, id, 'y' "Y", '1 day'::interval(3), array['a']::text[] from item) and
                'z' in (select distinct 'y' union select 'z' from item) and state = (select 'new')::varchar;
        create view ranked as select 1 as known from item
            where exists (select distinct on (id, (size::text)) 'x' from item) or
                exists (select mode() within group (order by id), 'x', 1 is distinct from 2, 'y' from item);
        create function greets() returns text language sql begin atomic select 1; select 'hi'; end
        """,
    "options of TOAST tables": """
        create table o (id int, body text) with (autovacuum_enabled = false, toast.autovacuum_enabled = false,
            toast_tuple_target = 200, toast.vacuum_truncate = off, toast.autovacuum_vacuum_threshold = 7);
        create table only_toast (body text) with (toast.autovacuum_freeze_max_age = 200000000);
        create materialized view mv with (toast.autovacuum_enabled = off, autovacuum_enabled = on) as select * from o;
        create table p (id int, body text) partition by range (id);
        create table p1 partition of p for values from (1) to (2) with (toast.autovacuum_enabled = off, fillfactor = 70)
        """,
}


@pytest.mark.parametrize("made", DETAILS.values(), ids=DETAILS)
def test_it_makes_the_same_elsewhere(newest: Server, project: Callable[..., ProjectFolder], made: str) -> None:
    with newest.database() as first, newest.database() as second:
        run_sql(first, made)
        folder = project({"dev": first, "other": second})
        assert folder.run("import", "dev").code == 0
        planned = folder.run("plan", "dev", "--detailed-exitcode")
        assert planned.code == 0, planned
        applied = folder.run("apply", "other", "--auto-approve")
        assert applied.code == 0, applied
        assert newest.dump(second) == newest.dump(first)


def test_edits_that_no_plan_carried_out_are_not_written_over(
    newest: Server, project: Callable[..., ProjectFolder]
) -> None:
    with newest.database() as conninfo:
        run_sql(conninfo, "create table customer (id bigint); create table town (name text); create table old ()")
        folder = project({"dev": conninfo})
        assert folder.run("import", "dev").code == 0
        file = folder.root / "schemas" / "public.toml"
        said = file.read_text()
        edited = said.replace('name = { type = "text", null = true }', 'name = "text"').replace("[tables.old]\n", "")
        edited += '\n[tables.order_]\ncolumns.id = "bigint"\n'
        file.write_text(edited)
        run_sql(conninfo, "alter table customer add by_hand text")
        refused = folder.run("import", "dev")
        assert refused.code == 1
        assert "column public.town.name" in refused.err
        assert "table public.order_" in refused.err
        assert "table public.old is not declared any more" in refused.err
        assert "public.customer" not in refused.err
        assert "--overwrite" in refused.err
        assert file.read_text() == edited
        assert folder.run("import", "dev", "--overwrite").code == 0
        assert "by_hand" in file.read_text()
        assert folder.run("plan", "dev", "--detailed-exitcode").code == 0


def test_what_was_changed_by_hand_is_written_over_what_the_files_said(
    newest: Server, project: Callable[..., ProjectFolder]
) -> None:
    with newest.database() as conninfo:
        run_sql(conninfo, "create table customer (id bigint, name text); create table town (name text)")
        folder = project({"dev": conninfo})
        assert folder.run("import", "dev").code == 0
        run_sql(conninfo, "alter table customer alter id type int, drop name; drop table town; create table road ()")
        assert folder.run("import", "dev").code == 0
        assert folder.run("plan", "dev", "--detailed-exitcode").code == 0
