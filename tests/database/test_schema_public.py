"""The comment on the schema public: every database comes with one that pg_dump does not print, and it comes back."""

from __future__ import annotations

import pytest

from faberdb.declare.write import render
from faberdb_providers.postgres.provider import provider
from tests.migration import Migration, declare, opened
from tests.servers import Server, fetch, run_sql

COMMENT = "select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = 'public'"


def _declared(comment: str) -> str:
    return f'schema = "public"\n[schemas.public]\ncomment = "{comment}"\n'


@pytest.mark.parametrize(
    "before",
    [
        "select",
        "comment on schema public is null",
        "drop schema public; create schema public",
        "comment on schema public is 'x'",
    ],
)
def test_it_comes_back(server: Server, before: str) -> None:
    with server.database() as conninfo:
        run_sql(conninfo, before)
        start, dump = fetch(conninfo, COMMENT), server.dump(conninfo)
        migration = Migration(server.scratch())
        plan = migration.plan(conninfo, declare({"public.toml": _declared("hello")}))
        migration.apply(conninfo, plan)
        assert fetch(conninfo, COMMENT) == [("hello",)]
        migration.apply(conninfo, migration.plan_back(conninfo, plan))
        assert (fetch(conninfo, COMMENT), server.dump(conninfo)) == (start, dump)


def test_one_that_is_gone_is_nobodys_fault(newest: Server) -> None:
    with newest.database() as conninfo:
        run_sql(conninfo, "comment on schema public is null")
        migration = Migration(newest.scratch())
        assert not migration.plan(conninfo, declare({"public.toml": 'schema = "public"\n'})).steps
        with opened(conninfo) as session:
            files = render(session.inspect().objects.values(), provider.kinds)
        assert 'comment = ""' in files["public.toml"]
        assert not migration.plan(conninfo, declare(files)).steps
        with newest.database() as elsewhere:
            migration.apply(elsewhere, migration.plan(elsewhere, declare(files)))
            assert fetch(elsewhere, COMMENT) == [(None,)]
