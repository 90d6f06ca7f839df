"""What a plan says that it locks is what the apply locks: over the changes of the stall benchmark, at the end of each
transaction of the real apply, as the server tells its own session. Statements outside of any are not seen so."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from contextlib import closing

import psycopg
import pytest

from faberdb.model import Step
from faberdb_providers.postgres.bookkeeping import BOOKKEEPING
from faberdb_providers.postgres.measuring.meter import MODES, STRENGTH, labels
from tests.benchmarks.stall.classes import BASE, CHANGES, FILL, Change
from tests.migration import Migration, build_directly, declare, every
from tests.servers import Server, fetch, run_sql

# Fires with the last row that an apply writes in a transaction, when it still holds all of its locks. All of it is in
# faberdb's own schema, which no plan looks at.
NOTED = f"""
{BOOKKEEPING}
create table faberdb.taken (transaction int, relation oid, mode text);
create function faberdb.note() returns trigger language plpgsql as $$ begin
  insert into faberdb.taken select new.transaction, relation, mode from pg_locks
   where pid = pg_backend_pid() and locktype = 'relation' and relation >= 16384 and granted;
  return null; end $$;
create trigger note after insert on faberdb.journal for each row when (new.outcome = 'done')
  execute function faberdb.note();
"""
HELD = STRENGTH["SHARE UPDATE EXCLUSIVE"]
"""What an apply takes first of the tables of a transaction, so that nobody changes them meanwhile."""


@pytest.mark.parametrize(
    ("change", "online"),
    [
        *(pytest.param(change, True, id=f"{change.what}, online") for change in CHANGES),
        *(pytest.param(change, False, id=change.what) for change in CHANGES[::4]),
        *(
            pytest.param(change, False, id=change.what, marks=pytest.mark.soak)
            for number, change in enumerate(CHANGES)
            if number % 4
        ),
    ],
)
def test_the_locks_of_an_apply_are_those_of_its_plan(change: Change, online: bool, newest: Server) -> None:
    migration = Migration(newest.scratch(), online=every if online else lambda tables: frozenset())
    with newest.database() as conninfo:
        build_directly(conninfo, declare({"public.toml": BASE}))
        run_sql(conninfo, FILL % {"rows": 200})
        plan = migration.plan(conninfo, declare({"public.toml": change.declared}))
        run_sql(conninfo, NOTED)
        there: dict[int, dict[int, str]] = {}
        with closing(psycopg.connect(conninfo, autocommit=True)) as beside:

            def note(step: Step) -> None:
                if step.transaction not in there:  # others do not see what it makes, so what it is called before
                    there[step.transaction] = labels(lambda sql: beside.execute(sql.encode()).fetchall())

            migration.apply(conninfo, plan, note)
        numbers = {step.transaction for step in plan.steps if not step.statement.outside}
        assert numbers
        for number in numbers:
            said = strongest(
                (lock.relation, STRENGTH[lock.mode])
                for step in plan.steps
                if step.transaction == number and step.effects is not None
                for lock in step.effects.locks
            )
            found = fetch(conninfo, f"select relation::bigint, mode from faberdb.taken where transaction = {number}")
            assert found, "the trigger has noted nothing"
            known = there[number]
            taken = strongest((known[o], STRENGTH[MODES[m]]) for o, m in found if o in known and m in MODES)
            held = {label for label, strength in taken.items() if strength == HELD and said.get(label, -1) < HELD}
            assert without(taken, held) == without(said, held)


def strongest(locks: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for label, strength in locks:
        found[label] = max(strength, found.get(label, -1))
    return found


def without(locks: Mapping[str, int], held: Container[str]) -> dict[str, int]:
    """Less those that are taken first, and of what is stored apart, whose table is locked too."""
    return {label: n for label, n in locks.items() if label not in held and not label.startswith("long values of ")}
