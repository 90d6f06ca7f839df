"""A column of a table in use goes to quarantine beside reads and writes, and comes back the same way."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from faberdb.model import Risk
from tests.conftest import ProjectFolder
from tests.database.test_backfill import at_work, watch
from tests.database.test_grants import make_roles
from tests.migration import Migration, build_directly, declare, every, opened
from tests.servers import Server, fetch, rows, run_sql

BEFORE = """
[tables.acc]
primary_key = ["part", "id"]
columns.id = "int"
columns.part = "text"
columns.q = { type = "text", null = true }

[tables.acc.columns.note]
type = "text"
default = "'none'"
comment = "to go"

[tables.acc.columns."Odd day"]
type = "date"
null = true

[tables.acc.indexes.acc_note_idx]
on = ["note"]

[tables.other]
columns.id = "int"
columns.acc = "text"
columns.gone = { type = "numeric", null = true }
primary_key = ["id"]
"""
NOTE = BEFORE[BEFORE.index("[tables.acc.columns.note]") : BEFORE.index('[tables.acc.columns."Odd day"]')]
INDEX = BEFORE[BEFORE.index("[tables.acc.indexes.acc_note_idx]") : BEFORE.index("[tables.other]")]
DAY = '[tables.acc.columns."Odd day"]\ntype = "date"\nnull = true\n'
AFTER = (
    BEFORE.replace(NOTE, "")
    .replace(DAY, "")
    .replace(INDEX, "")
    .replace('columns.gone = { type = "numeric", null = true }\n', "")
)


def live(conninfo: str, accounts: int) -> None:
    build_directly(conninfo, declare({"public.toml": BEFORE}))
    run_sql(
        conninfo,
        "insert into acc select n, 'p' || n % 3, 'q', 'note ' || n, case when n % 2 = 0 then date '2026-01-01' + n end"
        f" from generate_series(1, {accounts}) n; insert into other select n, 'a', nullif(n % 3, 0) / 7.0"
        " from generate_series(1, 500) n",
    )


def test_the_table_is_never_copied_under_a_lock(server: Server) -> None:
    migration = Migration(server.scratch(), online=every)
    after = declare({"public.toml": AFTER})
    with server.database() as conninfo, server.database() as wanted:
        live(conninfo, 3000)
        build_directly(wanted, after)
        start, start_rows = server.dump(conninfo), rows(conninfo)
        plan = migration.plan(conninfo, after)
        assert sum(step.statement.batches is not None for step in plan.steps) == 3
        assert [step.statement.risk for step in plan.steps].count(Risk.DESTRUCTIVE) == 3
        for step in plan.steps:
            strong = {lock.mode for lock in step.effects.locks} if step.effects else set()
            assert not ("ACCESS EXCLUSIVE" in strong and step.effects and step.effects.scans), step
        migration.apply(conninfo, plan)
        assert server.dump(conninfo) == server.dump(wanted)
        assert not migration.plan(conninfo, after).steps
        back = migration.plan_back(conninfo, plan)
        assert sum(step.statement.batches is not None for step in back.steps) == 3
        migration.apply(conninfo, back)
        assert (server.dump(conninfo), rows(conninfo)) == (start, start_rows)


MEANWHILE = """
update acc set note = 'written' where id in (1, 29000);
insert into acc (id, part, note) values (-1, 'new', 'new');
delete from acc where id in (2, 29001);
update acc set id = -5 where id = 5; update acc set id = 5 where id = 11; update acc set id = 11 where id = -5;
update acc set id = 100000 where id = 4;
set session_replication_role = replica;
update acc set note = 'from elsewhere' where id in (7, 29002);
insert into acc (id, part, note) values (-2, 'new', 'from elsewhere');
delete from acc where id in (8, 29003);
"""


@pytest.mark.parametrize("way", ["on", "back"])
def test_what_is_written_meanwhile_is_kept(way: str, newest: Server, project: Callable[..., ProjectFolder]) -> None:
    """Also where it is killed half way and gone on with, or taken back."""
    with newest.database() as conninfo:
        live(conninfo, 30_000)
        start = newest.dump(conninfo)
        folder = project({"live": conninfo}, '[safety]\nonline = "always"\n')
        folder.declare(BEFORE.replace(NOTE, "").replace(INDEX, ""))
        assert folder.run("plan", "live", "--out", "plan.json").code == 0
        with psycopg.connect(conninfo, autocommit=True) as other:
            with at_work(folder) as running:
                while other.execute("select to_regclass('faberdb_quarantine.q_1')").fetchone() == (None,):
                    assert running.poll() is None
                watch(other, "select count(*) > 5000 from faberdb_quarantine.q_1", running, column="note")
                running.kill()
                running.wait(30)
            while other.execute("select from pg_stat_activity where application_name ~ '^faberdb apply'").fetchall():
                pass
            other.execute(MEANWHILE)
        expected = fetch(conninfo, "select id, part, note from acc order by 1")
        if way == "on":
            ran = folder.run("apply", "live", "--resume", "--auto-approve")
            assert ran.code == 0, ran
            kept = "select key_2, key_1, value from faberdb_quarantine.q_1 order by 1"
            assert fetch(conninfo, kept) == expected
        ran = folder.run("rollback", "live", "--auto-approve")
        assert ran.code == 0, ran
        assert newest.dump(conninfo) == start
        assert fetch(conninfo, "select id, part, note from acc order by 1") == expected
        assert not fetch(conninfo, "select from pg_proc where proname ~ 'faberdb'")
        assert not fetch(conninfo, "select from pg_trigger where tgname ~ 'faberdb'")


TRIGGERS = """
[functions."again()"]
returns = "trigger"
language = "plpgsql"
body = "BEGIN IF NEW.note = 'first' THEN UPDATE acc SET note = 'again' WHERE id = NEW.id; END IF; RETURN NULL; END"

[functions."given()"]
returns = "trigger"
language = "plpgsql"
body = "BEGIN IF NEW.q = 'other' THEN NEW.note = 'given'; END IF; RETURN NEW; END"

[tables.acc.triggers.given]
when = "before"
events = ["update"]
execute = "given()"

[tables.acc.triggers.a]
events = ["insert", "update"]
execute = "again()"

[tables.acc.triggers."~~"]
events = ["insert", "update"]
execute = "again()"
"""


@pytest.mark.parametrize("emptied", [False, True], ids=["", "emptied"])
def test_whoever_writes_is_followed(newest: Server, emptied: bool) -> None:
    """One who may not look into quarantine; triggers of the user's that write once more, or give a value to a
    column that the UPDATE does not name; keys that wander; TRUNCATE."""
    make_roles(newest)
    with newest.database() as conninfo:
        build_directly(conninfo, declare({"public.toml": BEFORE + TRIGGERS}))
        with opened(conninfo, read_only=False) as session:
            session.prepare_bookkeeping()
        run_sql(conninfo, "insert into acc select n, 'p', 'q', 'note ' || n, null from generate_series(1, 20) n")
        wanted = BEFORE.replace(NOTE, "").replace(INDEX, "") + TRIGGERS
        plan = Migration(newest.scratch(), online=every).plan(conninfo, declare({"public.toml": wanted}))
        statements = {number: [s for s in plan.steps if s.transaction == number] for number in (1, 2)}
        (copying,) = statements[2]
        assert copying.statement.batches
        for step in statements[1]:
            run_sql(conninfo, step.statement.sql)
        run_sql(conninfo, "grant select, insert, update, delete, truncate on acc to g_writer")
        with psycopg.connect(conninfo, autocommit=True) as writer:
            writer.execute("set role g_writer")
            writer.execute("update acc set note = 'first' where id = 1")
            writer.execute("insert into acc values (21, 'p', 'q', 'first'), (22, 'p', 'q', 'second')")
            writer.execute("delete from acc where id in (2, 22)")
            writer.execute("insert into acc values (2, 'p', 'q', 'another')")
            writer.execute("update acc set id = -3 where id = 3")
            writer.execute("update acc set id = 3 where id = 4")
            writer.execute("update acc set id = 4 where id = -3")
            if emptied:
                writer.execute("truncate acc")
                writer.execute("insert into acc values (1, 'p', 'q', 'anew')")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                writer.execute("select * from faberdb_quarantine.q_1")
        expected = fetch(conninfo, "select id, part, note from acc order by 1")
        run_sql(conninfo, copying.statement.sql)
        assert not fetch(conninfo, f"select from acc where {copying.statement.batches.condition}")
        kept = "select key_2, key_1, value from faberdb_quarantine.q_1 where not gone order by 1"
        assert fetch(conninfo, kept) == expected
        assert len(expected) == (1 if emptied else 21)
        run_sql(conninfo, "update acc set q = 'other' where id = 1")  # which names neither the key nor what goes
        assert (1, "p", "given") in fetch(conninfo, kept)


@pytest.mark.parametrize(
    "more",
    [
        "row_security = true\n",
        'columns.key = "uuid"\nuniques.acc_key = ["key"]\n',
        "",
    ],
    ids=["row security", "another key stays", "no key"],
)
def test_when_it_is_copied_at_once(more: str, newest: Server) -> None:
    text = BEFORE.replace("[tables.acc]\n", f"[tables.acc]\n{more}")
    if "row_security" not in more:
        text = text.replace('primary_key = ["part", "id"]\n', "")
    after = declare({"public.toml": text.replace(NOTE, "").replace(INDEX, "")})
    with newest.database() as conninfo:
        build_directly(conninfo, declare({"public.toml": text}))
        plan = Migration(newest.scratch(), online=every).plan(conninfo, after)
        beside = any(step.statement.batches for step in plan.steps)
        assert beside == ("key" in more)


def test_rows_that_have_no_value_stop_a_way_back_before_its_first_change(
    newest: Server, project: Callable[..., ProjectFolder]
) -> None:
    """The column is NOT NULL: at the end, where that is proven, the rest would be committed."""
    required = TABLE_OF_TWO.replace(", null = true", "")
    with newest.database() as conninfo:
        folder = project({"live": conninfo}, '[safety]\nonline = "always"\n')
        folder.declare(required)
        assert folder.run("apply", "live", "--auto-approve").code == 0
        run_sql(conninfo, "insert into two select n, 'a' || n from generate_series(1, 100) n")
        start, start_rows = newest.dump(conninfo), rows(conninfo)
        folder.declare(required.replace('columns.note = "text"', ""))
        assert folder.run("apply", "live", "--auto-approve").code == 0
        run_sql(conninfo, "insert into two values (-1), (-2)")
        before = newest.dump(conninfo)
        for more in ((), ("--dry-run",)):
            ran = folder.run("rollback", "live", "--auto-approve", *more)
            assert ran.code == 9, ran
            assert "column public.two.note: 2 rows" in ran.err
            assert "id = -1" in ran.err
            assert newest.dump(conninfo) == before
        run_sql(conninfo, "delete from two where id < 0")
        ran = folder.run("rollback", "live", "--auto-approve")
        assert ran.code == 0, ran
        assert (newest.dump(conninfo), rows(conninfo)) == (start, start_rows)
        assert "left in quarantine: 2 things of plan" in ran.err
        assert "given back by no command" not in ran.err


TABLE_OF_TWO = """
[tables.two]
primary_key = ["id"]
columns.id = "int"
columns.note = "text"
"""
