"""What is tried out on scratch reaches no other server, whatever foreign tables say of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from psycopg.conninfo import conninfo_to_dict

from faberdb.errors import ProofError
from tests.conftest import INSTALLED
from tests.migration import Migration, declare
from tests.servers import Server, fetch, run_sql

NO_HANDLER = """
[foreign_data_wrappers.elsewhere]
[foreign_servers.archive]
wrapper = "elsewhere"
[foreign_tables.gone]
server = "archive"
columns = { id = "int" }
"""
OVER_IT = """
[views.all_gone]
query = "select id from gone"
[materialized_views.counted]
query = "select count(*) as many from all_gone"
"""


def test_a_materialized_view_over_a_foreign_table_is_planned(server: Server) -> None:
    """A wrapper without a handler refuses all that reaches through it."""
    with server.database() as live:
        migration = Migration(server.scratch())
        migration.apply(live, migration.plan(live, declare({"public.toml": NO_HANDLER})))
        plan = migration.plan(live, declare({"public.toml": NO_HANDLER + OVER_IT}))
    assert [step.statement.sql.split("\n")[0] for step in plan.steps if "counted" in step.statement.sql] == [
        "CREATE MATERIALIZED VIEW public.counted AS"
    ]


@dataclass(frozen=True)
class Shop:
    """A database that reads another one, where it has all rights. asked: how often a table there was read."""

    server: Server
    live: str
    remote: str

    @property
    def asked(self) -> int:
        (count,) = fetch(self.remote, "select seq_scan + idx_scan from pg_stat_user_tables")[0]
        return int(count)

    @property
    def there(self) -> list[tuple[int]]:
        return fetch(self.remote, "select id from orders order by id")


@pytest.fixture
def shop(servers: Callable[[int], Server]) -> Iterator[Shop]:
    offering = (m for m in sorted(INSTALLED, reverse=True) if ("postgres_fdw",) in _offered(servers(m)))
    major = next(offering, None)
    if major is None:
        pytest.skip("no server of this machine offers postgres_fdw; postgresql-contrib has it")
    server = servers(major)
    with server.database() as live, server.database() as remote:
        run_sql(remote, "create table orders (id int primary key); insert into orders values (1), (2)")
        run_sql(live, _reading(remote, "id int, gone int"))
        run_sql(live, "create materialized view counted as select count(*) as many from all_orders")
        yield Shop(server, live, remote)


def _reading(remote: str, columns: str) -> str:
    place = conninfo_to_dict(remote)
    return (
        "create extension postgres_fdw; create server archive foreign data wrapper postgres_fdw options"
        f" (host '{place['host']}', port '{place['port']}', dbname '{place['dbname']}');"
        f" create user mapping for public server archive options (user '{place['user']}');"
        f" create table orders ({columns}) partition by list (id);"
        " create foreign table old_orders partition of orders for values in (1, 2) server archive"
        " options (table_name 'orders');"
        " create foreign table all_orders (id int) server archive options (table_name 'orders')"
    )


def _offered(server: Server) -> list[tuple[str]]:
    return fetch(server.cluster.conninfo("template1"), "select name from pg_available_extensions")


def test_the_other_server_is_not_asked(shop: Shop) -> None:
    before = shop.asked
    with shop.server.database() as wanted:
        run_sql(wanted, "create table other (id int)")
        plan = Migration(shop.server.scratch(), full=True).plan_towards(shop.live, wanted)
    assert len(plan.steps) > 3
    assert shop.asked == before


def test_what_would_write_rows_of_the_other_server_is_no_plan(shop: Shop) -> None:
    """Nobody knows what the step would do there."""
    with shop.server.database() as wanted:
        run_sql(wanted, _reading(shop.remote, "id int"))
        with pytest.raises(ProofError) as stopped:
            Migration(shop.server.scratch()).plan_towards(shop.live, wanted)
    assert "nothing that is tried out reaches another server" in stopped.value.advice
    assert shop.there == [(1,), (2,)]
