"""PostgreSQL behind the entry point `faberdb.providers`: what the engine can ask of a database engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager

from faberdb.model import Address, Change, Kept, Object, Statement, Work
from faberdb_providers.postgres import quarantine
from faberdb_providers.postgres.kinds import KINDS
from faberdb_providers.postgres.kinds.base import PostgresKind
from faberdb_providers.postgres.session import Session
from faberdb_providers.postgres.shadow import Need, ScratchServer, open_scratch


class PostgresProvider:
    """Everything faberdb knows about PostgreSQL."""

    name = "postgresql"
    kinds: tuple[PostgresKind, ...] = KINDS
    Need = Need

    def connect(self, conninfo: str, label: str, *, read_only: bool) -> Session:
        """A session on a database. Raises DatabaseError."""
        return Session.open(conninfo, label, read_only=read_only)

    def scratch(self, need: Need) -> AbstractContextManager[ScratchServer]:
        """A scratch server that can hold what is needed. Raises ScratchError."""
        return open_scratch(need)

    def complete(self, declared: Mapping[Address, Object]) -> dict[Address, Object]:
        """The declaration with what it implies: the schema of every object it declares."""
        implied = {
            schema: Object(schema, {}, origin=obj.origin)
            for obj in declared.values()
            if obj.address.kind not in ("schema", "extension", "comment")
            and (schema := Address("schema", obj.address.path[:1])) not in declared
        }
        return {**implied, **declared}

    def platform(self, address: Address) -> bool:
        """Objects that every database has, which are not dropped because nobody declared them."""
        return address == Address("schema", ("public",))

    def place_for(self, change: Change, form: str, number: int, work: Work) -> Kept:
        return quarantine.place_for(change, form, number, work)

    def prepare(self, kept: Iterable[Kept]) -> Iterable[Statement]:
        return quarantine.prepare(kept)


provider = PostgresProvider()
