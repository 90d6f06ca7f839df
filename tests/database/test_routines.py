"""Functions, procedures, aggregates, triggers, rules, policies and event triggers in all their forms: written to TOML
and read again they are what they were, and their types are spelled in every way that a person may choose."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from faberdb.declare.write import render
from faberdb.errors import DeclarationError
from faberdb.prove.beside import read_only
from faberdb_providers.postgres.kinds import KINDS
from faberdb_providers.postgres.signatures import ALIASES, SYSTEM, canonical_type
from tests.migration import Migration, declare, opened
from tests.servers import Server, fetch, run_sql

CASES = Path(__file__).with_name("background")
Databases = Callable[[], str]
SPELLINGS = (
    "numeric(10, 2)",
    "varchar(20)[]",
    "character(3)",
    '"char"',
    "bit(3)",
    "bit varying(3)",
    "float(24)",
    "float(25)",
    "timestamp(3) with time zone",
    "time (2) without time zone[][]",
    "interval day to second",
    "int array[4]",
    "PG_CATALOG.INT4",
    'pg_catalog."varchar"',
    "double  precision [ 3 ]",
)


@pytest.mark.parametrize("name", ["aggregate", "function", "hanging", "since_14"])
def test_what_is_imported_is_what_is_there(name: str, server: Server, database: Databases) -> None:
    """The TOML of a database plans nothing against it."""
    since = int(name.removeprefix("since_")) if "since_" in name else 0
    if server.major < since:
        pytest.skip(f"needs PostgreSQL {since}")
    live = database()
    run_sql(live, "set client_min_messages = error;" + (CASES / f"{name}.sql").read_text())
    # A comment on the rule that makes a view has no place in TOML.
    run_sql(live, 'do $$begin comment on rule "_RETURN" on h.cheap is null; exception when others then end$$')
    with opened(live) as session:
        objects = session.inspect().objects
    left = read_only(objects, {kind.name: kind for kind in KINDS})
    written = render([o for a, o in objects.items() if a not in left], KINDS)
    plan = Migration(server.scratch()).plan(live, declare(written))
    assert [step.statement.sql for step in plan.steps] == []


def test_types_are_spelled_in_every_way(server: Server, database: Databases) -> None:
    """What stands in an address is what the server makes of it."""
    names = [*ALIASES, *SPELLINGS, *(n for n in SYSTEM if "multirange" not in n and not n.startswith("anycompatible"))]
    quoted = ['"any"' if name == "any" else name for name in names]
    columns = ", ".join(f"format_type($faberdb${name}$faberdb$::regtype, null)" for name in quoted)
    assert [canonical_type(name) for name in names] == list(fetch(database(), f"select {columns}")[0])


def test_a_type_of_an_extension_is_named_as_the_server_does(server: Server, database: Databases) -> None:
    """A key that cannot be understood without the server is refused with the key that can be."""
    live = database()
    about = fetch(live, "select comment from pg_available_extensions where name = 'vector'")
    if not about:
        pytest.skip("the server does not have the extension vector")
    entry = 'returns = "void"\nbody = "begin end"\ncomment = "c"\ngrants = { public = [] }\n'
    extension = f'[extensions.vector]\nschema = "public"\ncomment = "{about[0][0]}"\n'
    files = {"public.toml": f'{extension}[functions."f(vector)"]\n{entry}'}
    with pytest.raises(DeclarationError) as caught:
        Migration(server.scratch()).plan(live, declare(files))
    assert "function f(vector) is f(public.vector) to the server; write the key so" in str(caught.value)
    files["public.toml"] = files["public.toml"].replace("f(vector)", "f(public.vector)")
    assert Migration(server.scratch()).plan(live, declare(files)).steps
