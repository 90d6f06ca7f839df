"""An extension that cannot be moved to another schema is made anew there, and back."""

from __future__ import annotations

import pytest

from tests.migration import Migration, build_directly, declare, there_and_back
from tests.servers import Server, fetch, run_sql


def test_an_extension_that_cannot_be_moved(server: Server) -> None:
    there = fetch(server.cluster.conninfo("template1"), "select from pg_available_extensions where name = 'xml2'")
    if not there:
        pytest.skip("the server does not have the extension xml2")
    declared = declare({"schema.toml": '[schemas.other]\n[extensions.xml2]\nschema = "other"\n'})
    migration = Migration(server.scratch())
    with server.database() as live:
        run_sql(live, "create schema other; create extension xml2")
        start = server.dump(live)
        plan = migration.plan(live, declared)
        migration.apply(live, plan)
        assert fetch(live, "select extnamespace::regnamespace::text from pg_extension where extname = 'xml2'") == [
            ("other",)
        ]
        migration.apply(live, migration.plan_back(live, plan))
        assert server.dump(live) == start


def test_the_schema_of_extensions_changes_with_what_is_granted_on_it(server: Server) -> None:
    """Taken back, the schema goes at the end, when the extension has left it, and the privileges on it go along. The
    embedded servers have vector, and those with contrib have hstore."""
    asked = "select name from pg_available_extensions where name in ('vector', 'hstore') order by name limit 1"
    ((name,),) = fetch(server.cluster.conninfo("template1"), asked)
    text = '[schemas.{0}]\ngrants.pg_monitor = ["usage"]\n[extensions.{1}]\nschema = "{0}"\n'
    migration = Migration(server.scratch())
    with server.database() as live:
        build_directly(live, declare({"schema.toml": text.format("ext", name)}))
        there_and_back(migration, server, live, text.format("extensions", name))
