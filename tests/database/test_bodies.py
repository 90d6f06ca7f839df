"""Bodies of functions and procedures are looked into when a plan is made, once all is there that they may name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from faberdb.declare.load import load
from faberdb.errors import DeclarationError
from faberdb.model import Hazard, Risk
from faberdb.plan.document import Plan
from faberdb.prove import bodies
from faberdb_providers.postgres.provider import provider
from tests.migration import Migration, declare
from tests.servers import Server, run_sql

Databases = Callable[[], str]

TABLE = '[tables.item.columns]\nid = "integer"\n\n'


def function(body: str, *, name: str = "f", language: str = "sql", more: str = "") -> str:
    return f'[functions."{name}()"]\nreturns = "void"\nlanguage = "{language}"\n{more}body = """{body}"""\n\n'


def planned(server: Server, live: str, *texts: str, schema: str = "public", full: bool = False) -> Plan:
    declaration = declare({f"{schema}.toml": f'schema = "{schema}"\n' + "".join(texts)})
    return Migration(server.scratch(), full=full).plan(live, declaration)


def hazards(plan: Plan) -> list[Hazard]:
    return [h for step in plan.steps for h in step.statement.hazards if h.code == bodies.CODE]


@pytest.mark.parametrize(
    ("language", "body", "words"),
    [
        ("sql", "\\nselect 1;\\nselekt 2", 'syntax error at or near "selekt" (line 3 of its body)'),
        ("plpgsql", "begin\\n  if true then\\nend", "syntax error"),
        ("plpgsql", "begin\\n  perform 1 +;\\nend", "syntax error at end of input (line 2 of its body)"),
        ("plpgsql", "begin\\n  x := 1;\\nend", '"x" is not a known variable (line 2 of its body)'),
    ],
)
def test_what_cannot_be_read_is_refused(
    language: str, body: str, words: str, server: Server, database: Databases, tmp_path: Path
) -> None:
    """With the server's words and the place in the file, as for a view that does not compile."""
    text = function("select 1", name="g") + function(body, language=language)
    (tmp_path / "public.toml").write_text(text)
    declared = load(tmp_path, provider.kinds, ["public"]).objects
    with pytest.raises(DeclarationError) as caught:
        Migration(server.scratch()).plan(database(), declared)
    assert words in str(caught.value)
    assert "public.toml:6:12: function public.f" in str(caught.value)
    assert "function public.g" not in str(caught.value)


def test_a_changed_body_is_looked_into(server: Server, database: Databases) -> None:
    """Also where the routine is there, and in a procedure; what is not touched is not."""
    live = database()
    run_sql(live, "set check_function_bodies = off; create function old() returns void language sql as 'selekt'")
    old = '[functions."old()"]\nreturns = "void"\nlanguage = "sql"\nbody = "selekt"\n\n'
    procedure = '[procedures."p()"]\nbody = """begin %s end"""\n'
    plan = planned(server, live, old, procedure % "null;")
    assert [str(step.address) for step in plan.steps] == ['procedure:public.p."()"']
    Migration(server.scratch()).apply(live, plan)
    with pytest.raises(DeclarationError, match="unexpected end of function definition"):
        planned(server, live, old, procedure % "nothing at all")


@pytest.mark.parametrize(
    "body",
    [
        "insert into item values (1)",
        "insert into later values (1)",
        "select b.g()",
        "select count(*) from only_in_b",
    ],
)
def test_what_a_body_names_may_come_with_the_plan(body: str, server: Server, database: Databases) -> None:
    """What is there in the end is found, wherever its schema is, when the routine leaves that to its callers."""
    live = database()
    run_sql(live, "create table item (id integer)")
    files = {
        "public.toml": function(body) + TABLE + TABLE.replace("item", "later"),
        "b.toml": 'schema = "b"\n' + TABLE.replace("item", "only_in_b") + function("select 1", name="g"),
    }
    assert not hazards(Migration(server.scratch()).plan(live, declare(files)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (function("select count(*) from nowhere"), 'relation "nowhere" does not exist'),
        (function("create temp table t (a int); insert into t values (1)"), 'relation "t" does not exist'),
        (function("insert into item values (1, 2)"), "INSERT has more expressions than target columns"),
        (function("select no_such_function(1)"), "function no_such_function(integer) does not exist"),
        (
            function("select count(*) from item", more='set = { search_path = "pg_catalog" }\n'),
            'relation "item" does not exist',
        ),
    ],
)
def test_what_may_be_there_when_it_runs_is_said(text: str, words: str, server: Server, database: Databases) -> None:
    """The plan is made, and its step says what the server would."""
    plan = planned(server, database(), text, TABLE)
    (hazard,) = hazards(plan)
    assert words in hazard.message
    (step,) = [s for s in plan.steps if hazard in s.statement.hazards]
    assert (step.address.kind, step.statement.risk) == ("function", Risk.CAUTION)


@pytest.mark.parametrize(
    "text",
    [
        function("begin create temp table t (a int); insert into t values (1); end", language="plpgsql"),
        function("select count(*) from item", more='set = { search_path = "$user, public" }\n'),
        function("select '\\\\''", more="set = { standard_conforming_strings = false }\n"),
    ],
)
def test_what_is_right_is_not_spoken_of(text: str, server: Server, database: Databases) -> None:
    """A body is read with the settings of its routine."""
    assert not hazards(planned(server, database(), text, TABLE))


def test_a_part_of_the_catalogue_is_enough(
    server: Server, database: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a new body names is on scratch, though the plan does not touch it."""
    monkeypatch.setattr("faberdb.prove.planner.FULL_UP_TO", 0)
    live = database()
    run_sql(live, "create table item (id integer); create table other (id integer)")
    text = function("select count(*) from item", name="g")
    plan = planned(server, live, TABLE, TABLE.replace("item", "other"), text)
    assert plan.proof is not None
    assert plan.proof.scope == "closure"
    assert not hazards(plan)


def test_the_way_back_is_not_refused(server: Server, database: Databases) -> None:
    """A body that nobody can read is put back as it was."""
    live = database()
    run_sql(live, "set check_function_bodies = off; create function f() returns void language sql as 'selekt'")
    plan = planned(server, live, function("select 1"))
    migration = Migration(server.scratch())
    migration.apply(live, plan)
    back = migration.plan_back(live, plan)
    assert "syntax error" in hazards(back)[0].message
    migration.apply(live, back)


NAMING = """
[tables.item]
{}
[tables.item.columns]
id = "integer"
comment = "text"
{}

[tables.bill.columns]
price = "integer"

[functions."total(integer)"]
returns = "bigint"
language = "sql"
body = "select sum(i.price) from item i where id = $1"

[functions.other]
returns = "bigint"
language = "sql"
body = "select {} from item"

[procedures.elsewhere]
body = "begin perform price from bill; end"
"""


@pytest.mark.parametrize(
    ("about", "columns", "said"),
    [
        ("", "", "column:public.item.price"),
        ("", 'cost = { type = "integer", renamed_from = "price" }', "column:public.item.cost"),
    ],
)
def test_what_a_body_names_is_not_taken_away_without_a_word(
    about: str, columns: str, said: str, newest: Server
) -> None:
    """By the column and its table, and only of bodies that stay as they are."""
    before = NAMING.format("", 'price = "integer"', "max(price)")
    with newest.database() as live:
        Migration(newest.scratch()).apply(live, planned(newest, live, before))
        plan = planned(newest, live, NAMING.format(about, columns, "max(id)"))
    found = [(str(s.address), h.message) for s in plan.steps for h in s.statement.hazards if h.code == bodies.NAMED]
    message = "named in the body of function public.total(integer): where this is meant, that fails from then on"
    assert found == [(said, message)]


def test_a_table_that_bodies_name_is_counted(newest: Server) -> None:
    many = "".join(function("select id from item", name=f"f{n}") for n in range(7))
    with newest.database() as live:
        Migration(newest.scratch()).apply(live, planned(newest, live, TABLE, many))
        plan = planned(newest, live, many)
    (said,) = [h.message for s in plan.steps for h in s.statement.hazards if h.code == bodies.NAMED]
    assert "function public.f4() and 2 more: " in said
