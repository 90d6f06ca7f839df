"""What waits in quarantine and needs what a later plan takes away: that plan is refused before it changes anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from faberdb.errors import RefusedError
from tests.conftest import INSTALLED, ProjectFolder
from tests.migration import Migration, build_directly, declare, opened
from tests.servers import Server, fetch, run_sql

Case = tuple[str, str, str, str]
"""What stays as it is throughout, what becomes what, and the table that goes in between."""

GONE = "[tables.gone.columns]\n"
CHECKED = f"{GONE}n = 'int'\n[tables.gone.checks]\ngone_check = 'ok(n)'\n"
OK = "[functions.ok]\narguments = 'n integer'\nlanguage = 'sql'\n"
SAME = f"{OK}returns = 'boolean'\nvolatility = 'immutable'\nbody = 'select n > 0'\n"
NUMBER = f"{OK}returns = 'integer'\nvolatility = 'immutable'\nbody = 'select n'\n"
POINT = "[composite_types.spot]\ncolumns = {{ {} }}\n"
REFUSED: dict[str, Case] = {
    "a column of a composite type that is made anew": (
        "",
        POINT.format("x = 'int', y = 'text'"),
        POINT.format("y = 'text', x = 'int'"),
        f"{GONE}p = 'spot'",
    ),
    "values that would lose an attribute": (
        "",
        POINT.format("x = 'int', y = 'text'"),
        POINT.format("x = 'int'"),
        f"{GONE}p = 'spot[]'",
    ),
    "values with an attribute that changes its type": (
        "",
        POINT.format("x = 'int', y = 'text'"),
        POINT.format("x = 'bigint', y = 'text'"),
        f"{GONE}p = 'spot'",
    ),
    "a column of a domain that is made anew": (
        "",
        "[domains.d]\ntype = 'int'",
        "[domains.d]\ntype = 'bigint'",
        f"{GONE}n = 'd'",
    ),
    "a column of a range that is made anew": (
        "",
        "[range_types.r]\nsubtype = 'int'",
        "[range_types.r]\nsubtype = 'bigint'",
        f"{GONE}n = 'r'",
    ),
    "a check with a function that is dropped": ("", SAME, "", CHECKED),
    "a check with a function of another result": ("", SAME, NUMBER, CHECKED),
    "a default": ("", SAME, NUMBER, f"{GONE}b = {{ type = 'boolean', default = 'ok(1)' }}"),
    "a generated column": ("", SAME, NUMBER, f"{GONE}n = 'int'\nb = {{ type = 'boolean', generated = 'ok(n)' }}"),
    "an index": ("", SAME, NUMBER, f"{GONE}n = 'int'\n[tables.gone.indexes]\ni = ['ok(n)']"),
    "a policy": (
        "",
        SAME,
        NUMBER,
        f"{GONE}n = 'int'\n[tables.gone.policies.p]\nusing = 'ok(n)'",
    ),
    "a trigger": (
        "",
        "[functions.f]\nreturns = 'trigger'\nbody = 'begin return new; end'",
        "[functions.f]\nreturns = 'integer'\nbody = 'begin return 1; end'",
        f"{GONE}n = 'int'\n[tables.gone.triggers.t]\nwhen = 'before'\nevents = ['update']\nexecute = 'f'",
    ),
    "an operator": (
        SAME.replace("n integer", "n integer, m integer"),
        "[operators.\"===(int, int)\"]\nfunction = 'ok(int, int)'",
        "",
        f"{GONE}n = 'int'\n[tables.gone.checks]\nc = 'n operator(public.===) 1'",
    ),
    "a column with a collation that is made anew": (
        "",
        "[collations.c]\nprovider = 'libc'\nlocale = 'C'",
        "[collations.c]\nprovider = 'libc'\nlocale = 'POSIX'",
        f"{GONE}n = {{ type = 'text', collation = 'c' }}",
    ),
    "an array of an enum that is made anew": (
        "",
        "[enums]\nz = ['a', 'b']",
        "[enums]\nz = ['b', 'a']",
        f"{GONE}k = 'z[]'",
    ),
    "an operator class": (
        "",
        "[operator_classes.\"o using btree\"]\ntype = 'int4'\noperators = ['1 >', '2 >=', '3 =', '4 <=', '5 <']\n"
        "functions = ['1 btint4cmp(integer, integer)']",
        "",
        f"{GONE}n = 'int'\n[tables.gone.indexes]\ni = ['n o']",
    ),
    "a row type": (
        "",
        "[tables.t.columns]\na = 'int'\nb = 'int'",
        "[tables.t.columns]\na = 'int'",
        f"{GONE}r = 't'",
    ),
}


@pytest.fixture
def start(servers: Callable[[int], Server]) -> Iterator[tuple[Migration, str]]:
    server = servers(max(INSTALLED))
    with server.database() as live:
        yield Migration(server.scratch()), live


@pytest.mark.parametrize("case", REFUSED.values(), ids=[name.replace(" ", "_") for name in REFUSED])
def test_what_something_in_quarantine_needs_is_not_taken_away(start: tuple[Migration, str], case: Case) -> None:
    migration, live = start
    always, old, new, gone = (f"{part}\n" for part in case)
    build_directly(live, declare({"public.toml": always + old + gone}))
    migration.apply(live, migration.plan(live, declare({"public.toml": always + old}), "first"))
    second = migration.plan(live, declare({"public.toml": always + new}), "second")
    with pytest.raises(RefusedError, match="what waits in quarantine needs what the plan would take away") as refused:
        migration.apply(live, second)
    assert any("faberdb_quarantine_1.gone" in line for line in refused.value.detail)
    assert "    or for ever, with its rows: DROP TABLE faberdb_quarantine_1.gone;" in refused.value.detail
    with opened(live) as session:
        assert [entry.plan_id for entry in session.journal()] == ["first"]
    run_sql(live, "drop table faberdb_quarantine_1.gone")
    migration.apply(live, second)


@pytest.fixture
def emptied(newest: Server, project: Callable[..., ProjectFolder]) -> Iterator[tuple[ProjectFolder, str]]:
    """A project whose last plan but one took a table away that needs a function."""
    with newest.database() as conninfo:
        folder = project({"dev": conninfo})
        for text in (SAME + CHECKED, SAME, SAME + "[tables.later.columns]\nn = 'int'\n"):
            folder.declare(text)
            done = folder.run("apply", "dev", "--auto-approve")
            assert done.code == 0, done.err
        yield folder, conninfo


@pytest.mark.parametrize(
    "command", [("plan", "dev"), ("apply", "dev", "--auto-approve"), ("apply", "dev", "--dry-run")]
)
def test_it_is_said_what_is_in_the_way_and_how_to_go_on(
    emptied: tuple[ProjectFolder, str], command: tuple[str, ...]
) -> None:
    folder, conninfo = emptied
    folder.declare(NUMBER + "[tables.later.columns]\nn = 'int'\n")
    ran = folder.run(*command)
    assert ran.code == 9, ran.out + ran.err
    said = ran.err
    assert "function public.ok(integer): what waits in quarantine needs" in said, said
    assert (
        "constraint gone_check on table faberdb_quarantine_1.gone needs function public.ok(integer), which the plan"
        " makes anew" in said
    ), said
    ((plan,),) = fetch(conninfo, "select left(plan_id, 8) from faberdb.plan where number = 2")
    assert f"faberdb_quarantine_1 is of plan {plan}, applied " in said, said
    assert ": faberdb rollback dev --steps 2\n" in said, said
    assert "DROP TABLE faberdb_quarantine_1.gone;" in said, said


def test_the_ways_out_that_are_told_lead_out(emptied: tuple[ProjectFolder, str]) -> None:
    folder, conninfo = emptied
    back = folder.run("rollback", "dev", "--steps", "2", "--auto-approve")
    assert back.code == 0, back.err
    folder.declare(NUMBER)
    done = folder.run("apply", "dev", "--auto-approve")
    assert done.code == 0, done.err
    back = folder.run("rollback", "dev", "--auto-approve")
    assert back.code == 0, back.err
    assert fetch(conninfo, "select ok(1)") == [(True,)]
