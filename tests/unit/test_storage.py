"""Storage parameters as the server stores them."""

from __future__ import annotations

from faberdb_providers.postgres.kinds.storage import stored_options


def test_what_the_server_notes_for_itself_is_no_option() -> None:
    """As PostgreSQL 15.20 has it with every column."""
    assert stored_options(["pg_attver=22158952", "n_distinct=5", "n_distinct_inherited=-0.5"]) == {
        "n_distinct": "5",
        "n_distinct_inherited": "-0.5",
    }
    assert stored_options(["pg_attver=22158952"]) == {}
    assert stored_options(None) == {}
