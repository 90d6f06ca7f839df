"""An extension's type beside a key, from the first plan to the drop of both."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import INSTALLED
from tests.migration import Migration, declare
from tests.servers import Server, fetch, run_sql

BOOK = "[tables.book]\nprimary_key = ['id']\n[tables.book.columns]\nid = 'int'\n"


@pytest.mark.parametrize("said", ["vector = { schema = 'public' }", "vector = {}"])
def test_a_type_of_an_extension_comes_and_goes_with_its_table(servers: Callable[[int], Server], said: str) -> None:
    server = servers(max(INSTALLED))
    if ("vector",) not in fetch(server.cluster.conninfo("template1"), "select name from pg_available_extensions"):
        pytest.skip("the server does not have the extension vector")
    migration = Migration(server.scratch())
    with server.database() as live:
        whole = declare({"public.toml": f"[extensions]\n{said}\n{BOOK}vec = 'public.vector(2)'"})
        migration.apply(live, migration.plan(live, whole, "first"))
        run_sql(live, "insert into book values (1, '[1,2]')")
        assert not migration.plan(live, whole).steps
        without = migration.plan(live, declare({"public.toml": f"[extensions]\n{said}\n{BOOK}"}), "second")
        migration.apply(live, without)
        migration.apply(live, migration.plan_back(live, without, "third"))
        assert fetch(live, "select vec::text from book") == [("[1,2]",)]
        gone = migration.plan(live, declare({"public.toml": ""}), "fourth")
        migration.apply(live, gone)
        migration.apply(live, migration.plan_back(live, gone, "fifth"))
        assert fetch(live, "select id from book") == [(1,)]
