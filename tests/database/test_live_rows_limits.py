"""What asking live rows may cost: so much time, so many rows, no lock that others wait for, nothing written; and what
is said where it could not be told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from faberdb.model import Limits, LiveRows
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.live.asking import MOST
from faberdb_providers.postgres.provider import provider
from tests.database.live_rows import FIT, PATIENT, look, said
from tests.migration import Migration, declare, opened
from tests.servers import Server, fetch, run_sql


def test_many_rows_are_counted_so_far(newest: Server) -> None:
    wanted = (
        '[tables.t]\nprimary_key = ["id"]\n[tables.t.columns]\nid = "bigint"\n'
        'n = { type = "integer", null = true }\nm = "text"\n'
    )
    with newest.database() as conninfo:
        run_sql(conninfo, "create table t (id bigint primary key, n text, m text)")
        values = f"select n, 'secret', case when n > 7 then 'here' end from generate_series(1, {MOST + 9}) n"
        run_sql(conninfo, f"insert into t {values}")
        found = look(conninfo, newest, wanted, Limits(1.0, 30.0))
    steps = [step for steps in found.values() for step in steps]
    assert {(step.live.number, step.live.more, len(step.live.keys)) for step in steps if step.live} == {
        (MOST, True, 5),
        (7, False, 5),
    }
    hazards = {h.message for step in steps for h in step.statement.hazards if h.code == codes.ROWS_IN_THE_WAY}
    assert hazards == {
        "at least 10,000 rows that are there now would stop it",
        "7 rows that are there now would stop it",
    }


SLOW = """
create function slow(bigint) returns boolean immutable language plpgsql as
    $$ begin return pg_sleep(0.3) is null; end $$;
create table t (id bigint primary key, a bigint, b bigint);
insert into t select n, n, case n when 1 then 99999999999 else n end from generate_series(1, 9) n;
"""
SLOWLY = """
[functions."slow(bigint)"]
returns    = "boolean"
volatility = "immutable"
body       = " begin return pg_sleep(0.3) is null; end "

[tables.t]
primary_key = ["id"]

[tables.t.columns]
id = "bigint"
a  = { type = "bigint", null = true }
b  = { type = "bigint", null = true }

[tables.t.checks]
"""


def test_there_is_so_much_time_and_no_more(newest: Server) -> None:
    """For one question, and for all of them."""
    checks = "".join(f'c{n} = "slow(a + {n})"\n' for n in range(9))
    with newest.database() as conninfo:
        run_sql(conninfo, SLOW)
        found = said(look(conninfo, newest, SLOWLY + checks, Limits(1.0, 0.2)))
    told = [live.unchecked for lives in found.values() for live in lives if live]
    assert len(told) == 9
    assert told[0] == "it takes longer than 0.2 s (check_data_timeout)"
    assert told[-1] == "the time for all such questions was over"
    assert set(told) == {told[0], told[-1]}


def test_rows_that_there_was_no_time_to_try(newest: Server) -> None:
    """What is found by trying each row ends in time, and does not say that the rest fits."""
    wanted = SLOWLY.partition("[tables.t.checks]")[0]
    using = 'type = "integer", using = "case when slow({}) then 1 else {} end::integer"'
    with newest.database() as conninfo:
        run_sql(conninfo, SLOW)
        for name, sure in (("a", False), ("b", True)):
            changed = wanted.replace(f'{name}  = {{ type = "bigint"', f"{name} = {{ {using.format(name, name)}")
            steps = look(conninfo, newest, changed, Limits(1.0, 2.0))[f"column:public.t.{name}"]
            (live,) = {step.live for step in steps}
            assert live is not None
            assert (bool(live.unchecked), live.more, live.number) == ((not sure), sure, int(sure)), live


def test_no_lock_is_held_on(newest: Server) -> None:
    """Not even that of reading, from one question to the next."""
    wanted = "".join(
        f'[tables.{table}]\nprimary_key = ["id"]\n[tables.{table}.columns]\nid = "bigint"\n'
        f'[tables.{table}.checks]\nhere = "{check}"\n'
        for table, check in (("a", "id > 0"), ("b", "pg_sleep(case id when 3 then 3 else 0 end) is not null"))
    )
    with newest.database() as conninfo:
        for table in "ab":
            run_sql(conninfo, f"create table {table} (id bigint primary key); insert into {table} values (3)")
        plan = Migration(newest.scratch()).plan(conninfo, declare({"public.toml": wanted}))
        with opened(conninfo) as session, ThreadPoolExecutor(1) as pool:
            looking = pool.submit(provider.with_live_rows, session, plan.steps, PATIENT)
            asleep = (
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'"
            )
            while fetch(conninfo, asleep) == [(0,)]:
                assert not looking.done()
            run_sql(conninfo, "begin; lock table a in access exclusive mode nowait; commit")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                run_sql(conninfo, "begin; lock table b in access exclusive mode nowait; commit")
            assert [step.live for step in looking.result()] == [FIT, FIT]


def test_a_role_that_may_not_read(newest: Server) -> None:
    wanted = '[tables.{}]\nprimary_key = ["id"]\n[tables.{}.columns]\nid = "bigint"\nn = "integer"\n'
    with newest.database() as conninfo:
        run_sql(conninfo, "create table shut (id bigint primary key, n int); insert into shut values (1, null)")
        run_sql(conninfo, "create table hidden (id bigint primary key, n int); insert into hidden values (1, null)")
        run_sql(conninfo, "alter table hidden enable row level security; create role reader login")
        run_sql(conninfo, "grant select on hidden to reader")
        try:
            declared = wanted.format("shut", "shut") + wanted.format("hidden", "hidden").replace(
                "primary_key", "row_security = true\nprimary_key"
            )
            plan = Migration(newest.scratch()).plan(conninfo, declare({"public.toml": declared}))
            with opened(make_conninfo(conninfo, user="reader")) as session:
                found = [s.live for s in provider.with_live_rows(session, plan.steps, PATIENT) if s.live]
        finally:
            run_sql(conninfo, "drop owned by reader; drop role reader")
    assert found == [LiveRows(unchecked="this role may not read all rows")] * 2


def test_what_a_function_of_the_users_says_is_not_repeated(newest: Server) -> None:
    body = " begin raise exception 'value % is bad', $1; end "
    wanted = SLOWLY.replace(" begin return pg_sleep(0.3) is null; end ", body) + 'told = "slow(a)"\n'
    with newest.database() as conninfo:
        run_sql(conninfo, SLOW.replace("begin return pg_sleep(0.3) is null; end", body.strip()))
        (live,) = said(look(conninfo, newest, wanted))["check:public.t.told"]
    assert live == LiveRows(unchecked="the server refuses the question (ERROR P0001)")


def test_looking_writes_nothing(newest: Server) -> None:
    """What would write is refused, and no sequence moves."""
    wanted = '[sequences]\ns = {{}}\n[tables.t]\nprimary_key = ["id"]\n[tables.t.columns]\nid = "bigint"\n{}'
    new = 'n = { type = "bigint", backfill = "nextval(\'s\')" }\n'
    with newest.database() as conninfo:
        run_sql(conninfo, "create sequence s; create table t (id bigint primary key); insert into t values (1)")
        found = said(look(conninfo, newest, wanted.format(new)))["column:public.t.n"]
        assert LiveRows(unchecked="the server refuses the question (ERROR 25006)") in found
        assert fetch(conninfo, "select last_value, is_called from s") == [(1, False)]
