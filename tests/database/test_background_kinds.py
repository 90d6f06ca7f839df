"""Objects that are not managed yet: read, and made again on an empty database, equal also in the eyes of pg_dump."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from faberdb.diff.changes import diff
from faberdb.model import Address, Catalogue
from faberdb.order.steps import make_steps
from faberdb.prove.scratch import build
from faberdb_providers.postgres.kinds import KINDS
from faberdb_providers.postgres.session import Session
from tests.servers import Server, run_sql

CASES = Path(__file__).with_name("background")
SECRET = "hunter2"
BY_NAME = {kind.name: kind for kind in KINDS}
UNMANAGED = {kind.name for kind in KINDS if not kind.managed}
Databases = Callable[[], str]


def _inspect(conninfo: str) -> Catalogue:
    session = Session.open(conninfo, "the test", read_only=True)
    try:
        return session.inspect()
    finally:
        session.close()


def _since(name: str) -> int:
    """The oldest major that a case is for, from the end of its name."""
    return int(name.rpartition("since_")[2].removesuffix(".sql")) if "since_" in name else 0


def _load(server: Server, conninfo: str, name: str) -> Catalogue:
    """The catalogue of a case; skips where the case is for newer servers."""
    if server.major < _since(name):
        pytest.skip(f"needs PostgreSQL {_since(name)}")
    run_sql(conninfo, "set client_min_messages = error;" + (CASES / name).read_text())
    return _inspect(conninfo)


def _without_secrets(dump: str) -> str:
    dump = re.sub(r"\$\{[A-Z0-9_]+\}", "(secret)", dump)
    return dump.replace(f"'postgres://me:{SECRET}@example.org/db'", "'(secret)'").replace(SECRET, "(secret)")


@pytest.mark.parametrize("name", sorted(path.name for path in CASES.glob("*.sql")))
def test_a_copy_is_equal(name: str, server: Server, database: Databases, dump: Callable[[str], str]) -> None:
    original, copy = database(), database()
    catalogue = _load(server, original, name)
    assert SECRET not in repr(catalogue)
    session = Session.open(copy, "the copy", read_only=False)
    try:
        session.execute("set check_function_bodies = off; set client_min_messages = error")
        assert build(session, catalogue.objects, BY_NAME) == {}
    finally:
        session.close()
    again = _inspect(copy)
    assert dict(again.objects) == dict(catalogue.objects)
    assert again.unmanaged == catalogue.unmanaged
    assert _without_secrets(dump(copy)) == _without_secrets(dump(original))


@pytest.mark.parametrize("name", sorted(path.name for path in CASES.glob("*.sql")))
def test_all_are_dropped_one_by_one(name: str, server: Server, database: Databases, dump: Callable[[str], str]) -> None:
    empty, filled = dump(database()), database()
    catalogue = _load(server, filled, name)
    stays = {a: o for a, o in catalogue.objects.items() if a == Address("schema", ("public",))}
    changes = diff(catalogue.objects, stays, BY_NAME)
    steps, _ = make_steps(changes, catalogue, stays, BY_NAME)
    session = Session.open(filled, "the test", read_only=False)
    try:
        assert session.run_all(steps) is None
    finally:
        session.close()
    assert dump(filled) == empty


def test_every_kind_has_a_case_and_is_listed(server: Server, database: Databases) -> None:
    seen: set[str] = set()
    listed = found = 0
    for path in CASES.glob("*.sql"):
        if server.major < _since(path.name):
            continue
        catalogue = _load(server, database(), path.name)
        kinds = [a.kind for a in catalogue.objects if a.kind in UNMANAGED]
        seen |= set(kinds)
        found += len(kinds)
        listed += len(catalogue.unmanaged)
    assert seen == UNMANAGED
    assert listed == found
