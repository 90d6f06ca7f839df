"""Secrets in options: known by the name of a variable, set when a plan is applied, and written down nowhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from faberdb.apply.execute import Context, execute
from faberdb.errors import DeclarationError, RefusedError
from faberdb.model import Limits
from faberdb.plan.codec import from_json, to_json
from faberdb_providers.postgres.provider import provider
from tests.migration import NOW, Migration, declare, opened
from tests.servers import Server, fetch

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
