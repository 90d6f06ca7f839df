"""Kinds whose objects go to quarantine as they are instead of being dropped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from faberdb.model import Action, Address, Change, Object, Risk, Statement, Work
from faberdb_providers.postgres.kinds.base import PostgresKind
from faberdb_providers.postgres.names import ident


class MovedWhenDropped(PostgresKind):
    """Something that tables and values in quarantine may still need, so it goes where they are instead of away."""

    def keeps(self, change: Change) -> str:
        return "moved" if change.action is Action.DROP or (change.action is Action.REPLACE and change.held) else ""

    def made_of(self, obj: Object) -> Iterable[Address]:
        # It leaves its schema when it is moved, and it has no rows: values of it are kept as text where it goes.
        return (reference for reference in obj.references if reference.kind != "schema")

    def define(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        """The statements that make it."""
        raise LookupError(self.name)

    def let_go(self, obj: Object, work: Work) -> Iterable[Statement]:
        """What has to be done before it can go to be made anew."""
        return ()

    def brought_along(self, obj: Object, schema: str) -> Iterable[Statement]:
        """What has to follow it, now that it is in a schema: its own or quarantine."""
        return ()

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        kept = work.kept(obj.address)
        if kept and kept.form == "moved":
            schema, name = obj.address.path
            there = f"{self.sql_name or self.name.upper()} {ident(kept.place)}.{ident(name)}"
            yield Statement(f"ALTER {there} SET SCHEMA {ident(schema)}")
            yield from self.brought_along(obj, schema)
        else:
            yield from self.define(obj, inlined, work)

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        kept = work.keep(obj.address)
        if work.after(obj.address) is not None:
            yield from self.let_go(obj, work)
        if kept and kept.form == "moved":
            yield Statement(f"ALTER {self.identity(obj)} SET SCHEMA {ident(kept.place)}", Risk.CAUTION)
            yield from self.brought_along(obj, kept.place)
            return
        yield from super().drop(obj, work)
