"""A session keeps the catalogue queries planned, and reads on where the server lost them or holds those of others."""

from __future__ import annotations

import pytest

from faberdb_providers.postgres.prepared import Prepared
from faberdb_providers.postgres.provider import provider
from tests.migration import opened
from tests.servers import Server


def test_what_others_prepared_in_the_same_session_is_not_in_the_way(newest: Server) -> None:
    """As where a pooler hands a session of the server on."""
    with newest.database() as conninfo, opened(conninfo, read_only=False) as session:
        target = provider.target(session)
        found = target.inspect()
        target.prepared = Prepared()
        assert target.inspect() == found
        assert target.prepared is not None


@pytest.mark.parametrize("lost", ["deallocate all", "discard all"])
def test_what_the_server_has_lost_is_asked_again(newest: Server, lost: str) -> None:
    """As where a function that a step calls takes them away, or a pooler goes on with another session."""
    with newest.database() as conninfo, opened(conninfo, read_only=False) as session:
        target = provider.target(session)
        found = target.inspect()
        target.execute(lost)
        assert target.inspect() == found
