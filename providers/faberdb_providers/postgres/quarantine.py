"""Where what a plan would destroy is kept: a schema for each source schema that something is moved out of, so that
nothing has to be renamed to fit, and a table for each column whose values are copied."""

from __future__ import annotations

from collections.abc import Iterable

from faberdb.model import Change, Kept, Statement, Work
from faberdb_providers.postgres.kinds.types import carried
from faberdb_providers.postgres.kinds.values import key_columns
from faberdb_providers.postgres.names import dotted, ident

SCHEMA = "faberdb_quarantine"


def place_for(change: Change, form: str, number: int, work: Work) -> Kept | None:
    """Where to keep what this change destroys; None where no row has any of it. Numbers start after those already taken
    on the database, so that two plans never meet; objects moved by one plan out of one schema share a place. What a
    type or an attribute of it loses is kept for each column apart."""
    before = change.before
    assert before is not None
    if form == "moved":
        return Kept(change.address, form, f"{SCHEMA}_{number}")
    if change.address.kind != "column":
        type_ = before.parent if change.address.kind == "attribute" and before.parent else change.address
        detail: dict[str, list[str]] = {}
        for n, column in enumerate(carried(type_, work), 1):
            found = {"column": list(column.address.path), **key_columns(column.address, work)}
            detail |= {f"{key}_{n}": value for key, value in found.items()}
        return Kept(change.address, form, dotted(SCHEMA, f"q_{number}"), (), detail) if detail else None
    detail = {**key_columns(change.address, work)}
    if "identity" in before.attributes and (change.after is None or "identity" not in change.after.attributes):
        detail["position"] = ["last"]
    return Kept(change.address, form, dotted(SCHEMA, f"q_{number}"), (), detail)


def prepare(kept: Iterable[Kept]) -> Iterable[Statement]:
    """The schemas that things are moved to, closed to everybody but their owner."""
    for place in dict.fromkeys(k.place for k in kept if k.form == "moved"):
        yield Statement(f"CREATE SCHEMA {ident(place)}")
        yield Statement(f"REVOKE ALL ON SCHEMA {ident(place)} FROM PUBLIC")
