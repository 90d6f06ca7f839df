"""Base types and the functions they are made of, there and back."""

from __future__ import annotations

import pytest

from faberdb.declare.write import render
from faberdb.errors import DeclarationError
from faberdb_providers.postgres.provider import provider
from tests.migration import Migration, declare, opened
from tests.servers import Server, rows, run_sql

NOTHING = "create table shelf (id int primary key);"


def grade(name: str = "grade", more: str = "", arguments: str = "cstring") -> str:
    """A base type that is stored as a text is."""
    how = "language internal immutable strict as"
    return f"""
create type {name};
create function {name}_in({arguments}) returns {name} {how} 'textin';
create function {name}_out({name}) returns cstring {how} 'textout';
create type {name} (input = {name}_in, output = {name}_out{more});
"""


MODIFIERS = """
create function width_in(cstring[]) returns int language internal immutable strict as 'varchartypmodin';
create function a_width_out(int) returns cstring language internal immutable strict as 'varchartypmodout';
"""
WIDE = ", typmod_in = width_in, typmod_out = a_width_out"
SHARED = MODIFIERS + grade("grade", WIDE, "cstring, oid, int") + grade("mark", WIDE, "cstring, oid, int")
USED = "create aggregate widest(int) (sfunc = int4larger, stype = int, finalfunc = a_width_out);"
ROWS = "create table exam (id int primary key, g grade); insert into exam values (1, 'good'), (2, null);"
HEAD, MADE, DEFINED = grade(more=", send = grade_send").partition("create type grade (")
SEND = "create function grade_send(grade) returns bytea language internal immutable strict as 'textsend';"
SENT = f"{HEAD}{SEND}\n{MADE}{DEFINED}"
PAIRS = {
    "with rows": (NOTHING + grade() + ROWS, NOTHING),
    "two that share their modifiers": (NOTHING, NOTHING + SHARED),
    "a function of it used elsewhere": (NOTHING, NOTHING + SHARED + USED),
    "another storage of its columns": (
        NOTHING + grade(more=", storage = extended") + ROWS,
        NOTHING + grade(more=", storage = main") + ROWS,
    ),
    "another function": (
        NOTHING + grade() + ROWS,
        NOTHING + SENT + ROWS,
    ),
}


@pytest.mark.in_turn(2)
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("pair", PAIRS)
def test_there_and_back(server: Server, pair: str, backwards: bool) -> None:
    before, after = reversed(PAIRS[pair]) if backwards else PAIRS[pair]
    migration = Migration(server.scratch())
    with server.database() as live, server.database() as wanted:
        run_sql(live, before)
        run_sql(wanted, after)
        with opened(wanted) as session:
            declared = declare(render(session.inspect().objects.values(), provider.kinds))
        start = server.dump(live), rows(live)
        plan = migration.plan(live, declared)
        migration.apply(live, plan)
        assert server.dump(live) == server.dump(wanted)
        assert not migration.plan(live, declared).steps
        migration.apply(live, migration.plan_back(live, plan))
        assert (server.dump(live), rows(live)) == start


def test_a_shell_that_nobody_completed_stays_and_is_in_the_way(newest: Server) -> None:
    with newest.database() as live, newest.database() as wanted:
        run_sql(live, NOTHING + "create type grade")
        run_sql(wanted, NOTHING + grade())
        migration = Migration(newest.scratch())
        with opened(live) as session:
            as_it_is = declare(render(session.inspect().objects.values(), provider.kinds))
        assert not migration.plan(live, as_it_is).steps
        with opened(wanted) as session:
            declared = declare(render(session.inspect().objects.values(), provider.kinds))
        with pytest.raises(DeclarationError, match="there is a shell of that name already"):
            migration.plan(live, declared)


def test_what_cannot_be_altered_is_refused(newest: Server) -> None:
    with newest.database() as live, newest.database() as wanted:
        run_sql(live, NOTHING + grade())
        run_sql(wanted, NOTHING + grade(more=", storage = extended"))
        with opened(wanted) as session:
            declared = declare(render(session.inspect().objects.values(), provider.kinds))
        with pytest.raises(DeclarationError, match="a base type cannot be made anew"):
            Migration(newest.scratch()).plan(live, declared)
