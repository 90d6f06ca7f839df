"""Secrets in options: known by the name of a variable, set when a plan is applied, and written down nowhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from psycopg.conninfo import make_conninfo

from faberdb.apply.execute import Context, execute
from faberdb.errors import DeclarationError, RefusedError
from faberdb.model import Address, Limits
from faberdb.plan.codec import from_json, to_json
from faberdb_providers.postgres.provider import provider
from tests.migration import NOW, Migration, declare, opened
from tests.servers import Server, fetch, run_sql

TEXT = """
[foreign_data_wrappers.files]

[foreign_servers.archive]
wrapper = "files"

[foreign_servers.archive.user_mappings]
public = { options = { user = "reader", password = %s } }
"""
SECRET = "hunter'2"


def test_a_secret_goes_to_the_server_and_nowhere_else(server: Server, database: Callable[[], str]) -> None:
    live = database()
    migration = Migration(server.scratch())
    declared = declare({"public.toml": TEXT % '{ env = "ARCHIVE_PASSWORD" }'})
    text = to_json(migration.plan(live, declared))
    assert "ARCHIVE_PASSWORD" in text
    with opened(live, read_only=False) as session:
        target = provider.target(session)

        def apply(variables: dict[str, str]) -> None:
            context = Context(
                "a test", NOW, text, Limits(), lambda objects: objects, lambda step, n, total: None, variables=variables
            )
            execute(from_json(text, "plan.json"), target, context)

        with pytest.raises(RefusedError, match="ARCHIVE_PASSWORD is not set"):
            apply({})
        apply({"ARCHIVE_PASSWORD": SECRET})
    found = fetch(live, "select umoptions from pg_user_mappings")
    assert found == [(["user=reader", f"password={SECRET}"],)]
    again = migration.plan(live, declared)
    assert not again.steps
    assert SECRET not in to_json(again)
    journal = fetch(live, "select document from faberdb.plan")
    assert SECRET not in str(journal)
    with opened(live) as session:
        assert SECRET not in repr(session.inspect())


def test_a_secret_cannot_be_written_down() -> None:
    with pytest.raises(DeclarationError, match="may be a secret"):
        declare({"public.toml": TEXT % '"hunter2"'})


CONNECTION = "host=/nonexistent password=hunter2"


def test_the_connection_of_a_subscription_is_never_read(server: Server, database: Callable[[], str]) -> None:
    live = database()
    run_sql(
        live,
        f"create subscription feed connection '{CONNECTION}' publication shop with (connect = false, slot_name = 'f')",
    )
    migration = Migration(server.scratch())
    try:
        with opened(live) as session:
            snapshot = session.snapshot()
            assert b"hunter2" not in snapshot.packed
            found = snapshot.catalogue().objects[Address("subscription", ("feed",))]
        kind = next(k for k in provider.kinds if k.name == "subscription")
        assert kind.write(found)["connection"] == {"env": "FEED_CONNECTION"}
        declared = declare({"public.toml": "[subscriptions.feed]\npublications = ['shop', 'more']\nslot_name = 'f'"})
        plan = migration.plan(live, declared)
        assert "hunter2" not in to_json(plan)
        migration.apply(live, plan)
        assert fetch(live, "select subconninfo from pg_subscription where subname = 'feed'") == [(CONNECTION,)]
    finally:
        run_sql(live, "alter subscription feed set (slot_name = none); drop subscription feed")


def test_a_subscription_is_read_by_a_role_that_may_not_see_its_connection(
    server: Server, database: Callable[[], str]
) -> None:
    live = database()
    run_sql(
        live,
        "create role plain_reader login; create subscription seen connection 'host=/nonexistent password=x'"
        " publication shop with (connect = false, slot_name = none)",
    )
    try:
        with opened(make_conninfo(live, user="plain_reader")) as session:
            catalogue, before = session.inspect(), session.pulse()
            assert catalogue.objects[Address("subscription", ("seen",))].attributes["publications"] == ["shop"]
            assert not [u for u in catalogue.unmanaged if u.what == "subscription"]
            run_sql(live, "alter subscription seen set publication other with (refresh = false)")
            assert session.pulse() != before
    finally:
        run_sql(live, "drop subscription seen; drop role plain_reader")


def test_a_connection_cannot_be_written_down() -> None:
    with pytest.raises(DeclarationError) as caught:
        declare({"public.toml": "[subscriptions.s]\npublications = ['a']\nconnection = 'service=hunter2'"})
    assert "hunter2" not in str(caught.value) + str(caught.value.detail)
