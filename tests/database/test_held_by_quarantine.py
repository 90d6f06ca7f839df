"""What waits in quarantine and needs what a later plan takes away: that goes to quarantine too, or where it cannot, the
plan is refused before it changes anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from faberdb.errors import RefusedError
from tests.conftest import INSTALLED, ProjectFolder
from tests.migration import Migration, build_directly, declare, opened
from tests.servers import Server, fetch, run_sql

Case = tuple[str, str, str, str]
"""What stays as it is throughout, what becomes what, and the table that goes in between."""

Start = tuple[Migration, str, Server]

GONE = "[tables.gone.columns]\n"
CHECKED = f"{GONE}n = 'int'\n[tables.gone.checks]\ngone_check = 'ok(n)'\n"
OK = "[functions.ok]\narguments = 'n integer'\nlanguage = 'sql'\n"
SAME = f"{OK}returns = 'boolean'\nvolatility = 'immutable'\nbody = 'select n > 0'\n"
NUMBER = f"{OK}returns = 'integer'\nvolatility = 'immutable'\nbody = 'select n'\n"
POINT = "[composite_types.spot]\ncolumns = {{ {} }}\n"
FOLLOWS: dict[str, Case] = {
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
    "a function of a type that is made anew": (
        "",
        "[enums]\nz = ['a', 'b']\n[functions.ok]\narguments = 'k z'\nreturns = 'boolean'\nlanguage = 'sql'\n"
        "volatility = 'immutable'\nbody = 'select k is not null'\ncomment = 'Is it'\n[tables.t.columns]\nk = 'z'",
        "[enums]\nz = ['b', 'a']\n[functions.ok]\narguments = 'k z'\nreturns = 'boolean'\nlanguage = 'sql'\n"
        "volatility = 'immutable'\nbody = 'select k is not null'\ncomment = 'Is it'\n[tables.t.columns]\nk = 'z'",
        f"{GONE}k = {{ type = 'z', default = \"'a'\" }}\n[tables.gone.checks]\nc = \"ok(k) and k >= 'a'\"",
    ),
    "an enum with a comment and rights": (
        "",
        "[enums.z]\nvalues = ['a', 'b']\ncomment = 'Before'\ngrants = { public = [] }",
        "[enums.z]\nvalues = ['b', 'a']\ncomment = 'After'",
        f"{GONE}k = 'z'",
    ),
}
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
    "an operator": (
        SAME.replace("n integer", "n integer, m integer"),
        "[operators.\"===(int, int)\"]\nfunction = 'ok(int, int)'",
        "",
        f"{GONE}n = 'int'\n[tables.gone.checks]\nc = 'n operator(public.===) 1'",
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
    "an enum that loses a value": ("", "[enums]\nz = ['a', 'b']", "[enums]\nz = ['a']", f"{GONE}k = 'z'"),
    "a domain that takes less": (
        "",
        "[domains.d]\ntype = 'bigint'",
        "[domains.d]\ntype = 'int'",
        f"{GONE}n = 'd'",
    ),
}


@pytest.fixture
def start(servers: Callable[[int], Server]) -> Iterator[Start]:
    server = servers(max(INSTALLED))
    with server.database() as live:
        yield Migration(server.scratch()), live, server


@pytest.mark.in_turn(2)
@pytest.mark.parametrize("case", FOLLOWS.values(), ids=[name.replace(" ", "_") for name in FOLLOWS])
def test_what_something_in_quarantine_needs_goes_there_too(start: Start, case: Case) -> None:
    migration, live, server = start
    always, old, new, gone = (f"{part}\n" for part in case)
    build_directly(live, declare({"public.toml": always + old + gone}))
    before = server.dump(live)
    first = migration.plan(live, declare({"public.toml": always + old}), "first")
    migration.apply(live, first)
    between = server.dump(live)
    second = migration.plan(live, declare({"public.toml": always + new}), "second")
    migration.apply(live, second)
    assert not migration.plan(live, declare({"public.toml": always + new})).steps
    migration.apply(live, migration.plan_back(live, second, "second back"))
    assert server.dump(live) == between
    migration.apply(live, migration.plan_back(live, first, "first back"))
    assert server.dump(live) == before


@pytest.mark.parametrize("case", REFUSED.values(), ids=[name.replace(" ", "_") for name in REFUSED])
def test_what_cannot_go_there_too_is_not_taken_away(start: Start, case: Case) -> None:
    migration, live, _ = start
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


BOTH = POINT.format("x = 'int', y = 'text'")
TURNED = POINT.format("y = 'text', x = 'int'")
LATER = "[tables.later.columns]\nn = 'int'\n"


@pytest.fixture
def emptied(newest: Server, project: Callable[..., ProjectFolder]) -> Iterator[tuple[ProjectFolder, str]]:
    """A project whose last plan but one took a table away that needs a type."""
    with newest.database() as conninfo:
        folder = project({"dev": conninfo})
        for text in (BOTH + f"{GONE}p = 'spot'\n", BOTH, BOTH + LATER):
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
    folder.declare(TURNED + LATER)
    ran = folder.run(*command)
    assert ran.code == 9, ran.out + ran.err
    said = ran.err
    assert "composite type public.spot: what waits in quarantine needs" in said, said
    assert (
        "column p of table faberdb_quarantine_1.gone needs composite type public.spot, which the plan makes anew"
        in said
    ), said
    ((plan,),) = fetch(conninfo, "select left(plan_id, 8) from faberdb.plan where number = 2")
    assert f"faberdb_quarantine_1 is of plan {plan}, applied " in said, said
    assert ": faberdb rollback dev --steps 2\n" in said, said
    assert "DROP TABLE faberdb_quarantine_1.gone;" in said, said


def test_the_ways_out_that_are_told_lead_out(emptied: tuple[ProjectFolder, str]) -> None:
    folder, conninfo = emptied
    back = folder.run("rollback", "dev", "--steps", "2", "--auto-approve")
    assert back.code == 0, back.err
    run_sql(conninfo, "insert into gone values (row(1, 'a'))")
    folder.declare(TURNED)
    done = folder.run("apply", "dev", "--auto-approve")
    assert done.code == 0, done.err
    back = folder.run("rollback", "dev", "--auto-approve")
    assert back.code == 0, back.err
    assert fetch(conninfo, "select p::text from gone") == [("(1,a)",)]
