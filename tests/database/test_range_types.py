"""A range type brings along a multirange type and constructors, which ALTER TYPE leaves behind."""

from __future__ import annotations

from tests.migration import Migration, build_directly, declare
from tests.servers import Server, fetch, run_sql

BROUGHT_ALONG = """
    select p.oid::regprocedure::text from pg_proc p
    where p.prosrc like '%range_constructor%' and p.pronamespace <> 'pg_catalog'::regnamespace
    union all select oid::regtype::text from pg_type where typtype = 'm' and typnamespace <> 'pg_catalog'::regnamespace
    order by 1
"""


def there_and_back(server: Server, before: str, after: str) -> tuple[list[str], list[str], list[str]]:
    """Names of what range types brought along: at first, after the plan, after its rollback."""
    migration = Migration(server.scratch())
    with server.database() as live:

        def found() -> list[str]:
            return [str(name) for (name,) in fetch(live, BROUGHT_ALONG)]

        build_directly(live, declare({"public.toml": before}))
        first = found()
        plan = migration.plan(live, declare({"public.toml": after}))
        migration.apply(live, plan)
        second = found()
        migration.apply(live, migration.plan_back(live, plan))
        return first, second, found()


def test_constructors_have_the_new_name_of_a_renamed_range_type(newest: Server) -> None:
    first, second, third = there_and_back(
        newest,
        "[range_types]\nspan = 'numeric'\n",
        "[range_types.stretch]\nsubtype = 'numeric'\nrenamed_from = 'span'\n",
    )
    assert "span(numeric,numeric)" in first
    assert second == sorted(name.replace("span", "stretch") for name in first)
    assert third == first


def test_nothing_of_a_dropped_range_type_stays_in_its_schema(newest: Server) -> None:
    first, second, third = there_and_back(
        newest,
        "schema = 'shop'\n[schemas]\nother = {}\n[range_types.span]\nsubtype = 'numeric'\nmultirange = 'other.spans'\n",
        "schema = 'shop'\n[schemas]\nother = {}\n",
    )
    assert {"shop.span(numeric,numeric)", "shop.spans()", "other.spans"} <= set(first)
    assert len(second) == len(first)
    assert all(name.startswith("faberdb_quarantine_") for name in second), second
    assert third == first


def test_a_comment_changes_with_the_type_under_its_column(newest: Server) -> None:
    migration = Migration(newest.scratch())
    text = "[range_types]\nr = '{}'\n[tables.t.columns]\nk = {{ type = 'r', comment = '{}' }}\n"
    with newest.database() as live:
        build_directly(live, declare({"public.toml": text.format("int", "old")}))
        run_sql(live, "insert into t values ('[1,3)')")
        start = newest.dump(live)
        plan = migration.plan(live, declare({"public.toml": text.format("bigint", "new")}))
        migration.apply(live, plan)
        assert fetch(live, "select upper(k)::text, col_description('t'::regclass, 1) from t") == [("3", "new")]
        migration.apply(live, migration.plan_back(live, plan))
        assert newest.dump(live) == start


def test_names_that_fill_all_bytes(newest: Server) -> None:
    """The server counts bytes, and cuts no character in two."""
    wide = "ü" * 30
    types = f"[range_types]\n'{wide}ü' = 'numeric'\n[enums]\n'{wide}e' = ['a', 'b']\n"
    before = f"{types}[composite_types.'{wide}c'.columns]\na = 'int'\n"
    used = f"[tables.t.columns]\ne = '\"{wide}e\"'\nc = '\"{wide}c\"[]'\n"
    after = (
        before.replace("['a', 'b']", "['b', 'a']")
        .replace("'numeric'", "'int'")
        .replace("a = 'int'", "b = 'int'\na = 'int'")
    )
    migration = Migration(newest.scratch())
    with newest.database() as live, newest.database() as wanted:
        build_directly(live, declare({"public.toml": before + used}))
        build_directly(wanted, declare({"public.toml": after + used}))
        start = newest.dump(live)
        plan = migration.plan(live, declare({"public.toml": after + used}))
        migration.apply(live, plan)
        assert newest.dump(live) == newest.dump(wanted)
        migration.apply(live, migration.plan_back(live, plan))
        assert newest.dump(live) == start


def test_default_privileges_reach_the_constructors(server: Server) -> None:
    """Which are no objects of their own: what anybody may do with them is no privilege on the type."""
    text = "[range_types]\nspan = 'numeric'\n[default_privileges]\n'functions to pg_monitor' = ['execute']\n"
    migration = Migration(server.scratch())
    with server.database() as live:
        run_sql(live, "alter default privileges in schema public grant execute on functions to pg_monitor")
        migration.apply(live, migration.plan(live, declare({"public.toml": text})))
        assert not migration.plan(live, declare({"public.toml": text})).steps
        start = server.dump(live)
        plan = migration.plan(live, declare({"public.toml": text.replace("numeric", "int")}), "another")
        migration.apply(live, plan)
        migration.apply(live, migration.plan_back(live, plan))
        assert server.dump(live) == start
