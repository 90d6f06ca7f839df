"""Where what a plan would destroy is kept: a schema for each source schema that something is moved out of, so that
nothing has to be renamed to fit, and a table for each column whose values are copied."""

from __future__ import annotations

from collections.abc import Iterable

from faberdb.model import Action, Address, Change, Kept, Object, Statement, Work
from faberdb_providers.postgres.bookkeeping import WHOLE
from faberdb_providers.postgres.kinds.attribute_values import holding
from faberdb_providers.postgres.kinds.carrying import carried
from faberdb_providers.postgres.kinds.column.beside import is_retyped_beside
from faberdb_providers.postgres.kinds.held import Path
from faberdb_providers.postgres.kinds.kept_rows import order_of_row
from faberdb_providers.postgres.kinds.lossless import altered, filled
from faberdb_providers.postgres.kinds.namesake import retyped
from faberdb_providers.postgres.kinds.online.keeping import BESIDE, is_copied_beside
from faberdb_providers.postgres.kinds.position import position_lost
from faberdb_providers.postgres.kinds.rows import known_by
from faberdb_providers.postgres.kinds.types import using
from faberdb_providers.postgres.names import dotted, ident

SCHEMA = "faberdb_quarantine"


def place_for(change: Change, form: str, number: int, work: Work) -> Kept | None:
    """Where to keep what this change destroys; None where no row has any of it. Numbers start after those already taken
    on the database, so that two plans never meet; objects moved by one plan out of one schema share a place. What a
    type or an attribute of it loses is kept for each column apart, that of the columns of one table in one place."""
    before = change.before
    assert before is not None
    if form in WHOLE:
        return Kept(change.address, form, f"{SCHEMA}_{number}")
    if form == "position":
        return Kept(change.address, form, dotted(SCHEMA, f"q_{number}"), (), {"position": ["last"]})
    if change.address.kind != "column":
        return _apart(change, form, number, work)
    detail = known_by(Address("table", change.address.path[:-1]), work)
    if order := order_of_row(before, work):
        detail["row"] = order
    # What stands in the place of a replaced column has nothing of its values.
    if change.after is not None and change.action is Action.ALTER and altered(before, change.after):
        detail["became"] = ["text"]
        if filled(before, change.after) and not retyped(before, change.after):
            detail["filled"] = ["rows without a value"]
    identity = change.after.attributes.get("identity") if change.after else None
    if position_lost(before.attributes.get("identity"), identity):
        detail["position"] = ["last"]
    own = dotted(SCHEMA, f"q_{number}")
    held = holding(before, work) if change.action is Action.DROP else []  # what rows hold of it elsewhere goes, too
    alone = Kept(change.address, form, own, (), detail)
    if not held and (is_copied_beside(before, alone, work) or is_retyped_beside(before, change.after, work)):
        return Kept(change.address, form, own, (), {**detail, **BESIDE})
    kept = (work.keep(a) for a in work.together(change.address) if a != change.address)
    others = [k for k in kept if k is not None and not BESIDE.keys() & k.detail.keys()]
    place = others[0].place if others else own
    sharing = [k.detail for k in others if k.place == place]
    if sharing:
        detail["slot"] = [str(1 + max(int(d.get("slot", ["1"])[0]) for d in sharing))]
    detail |= _held(held, 1 + sum(key.startswith("column_") for d in sharing for key in d), work)
    return Kept(change.address, form, place, (), detail)


def _apart(change: Change, form: str, number: int, work: Work) -> Kept | None:
    """Where what a type or an attribute of it loses is kept, for each column, and for each way that leads from there to
    values of the attribute."""
    before = change.before
    assert before is not None
    paths: list[tuple[Object, Path]] = []
    if change.address.kind == "attribute":
        paths = holding(before, work)
    else:
        columns = carried(change.address, work)
        paths = [(c, ()) for c in columns if change.address.kind != "enum" or using(c, work)]
    detail = _held(paths, 1, work)
    return Kept(change.address, form, dotted(SCHEMA, f"q_{number}"), (), detail) if detail else None


def _held(paths: list[tuple[Object, Path]], first: int, work: Work) -> dict[str, list[str]]:
    """The columns that hold values of a part of their type, numbered, each with what tells its rows apart."""
    detail: dict[str, list[str]] = {}
    for n, (column, path) in enumerate(paths, first):
        table = Address("table", column.address.path[:-1])
        changing = {c.address.path[-1] for c, _ in paths if c.address.path[:-1] == table.path}
        found = {"column": list(column.address.path), **known_by(table, work, changing)}
        found |= {"path": list(path)} if path else {}
        detail |= {f"{key}_{n}": value for key, value in found.items()}
    return detail


def prepare(kept: Iterable[Kept]) -> Iterable[Statement]:
    """The schemas that things are moved to, closed to everybody but their owner."""
    for place in dict.fromkeys(k.place for k in kept if k.form in WHOLE):
        yield Statement(f"CREATE SCHEMA {ident(place)}")
        yield Statement(f"REVOKE ALL ON SCHEMA {ident(place)} FROM PUBLIC")
