"""A column takes another type, and its values with it or back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from faberdb.model import Address, Hazard, Object, Risk, Statement
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.base import compact
from faberdb_providers.postgres.kinds.column.not_null import set_not_null
from faberdb_providers.postgres.kinds.in_the_way import rows_where
from faberdb_providers.postgres.kinds.lossless import (
    cuts,
    domains_of,
    fits_always,
    lossless,
    refuses,
    rewritten,
    stored_as,
)
from faberdb_providers.postgres.kinds.namesake import retyped
from faberdb_providers.postgres.kinds.still_holds import TAKEN_OFF, conflicts
from faberdb_providers.postgres.kinds.trying import Tried, rows_failing
from faberdb_providers.postgres.kinds.values import Part, cast_of, note_same, noted_before, restore, save, tolerant_cast
from faberdb_providers.postgres.names import dotted, ident

if TYPE_CHECKING:
    from faberdb.model import Kept, Work


def converted(before: Object, after: Object) -> bool:
    """Whether a column gets another type, or another collation, which takes the same statement. What is only different
    about one that comes from above says neither; its table sees to both when it comes to others, or leaves them."""
    if "inherited" in {**before.attributes, **after.attributes}:
        return False
    return retyped(before, after) or before.attributes.get("collation") != after.attributes.get("collation")


def change_type(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """The column with another type: what it held is kept, converted, or comes back."""
    old, new = before.attributes["type"], after.attributes["type"]
    name, table = ident(after.address.path[-1]), dotted(*after.address.path[:-1])
    kept, back = work.keep(after.address), work.kept(after.address)
    cast, function = cast_of(before, after, work), tolerant_cast(before, after, work)
    narrow = stored_as(after, work)
    # On the way back a value may have been cut so short that it is none of the old type any more; it is kept.
    whole = back is not None and back.form == "values"
    noted = whole and "became" in (back.detail if back else ()) and noted_before(before, after, work)
    required = not after.attributes.get("null") and not before.attributes.get("null")
    if noted and back and not function:
        yield from _fitting(before, after, back, narrow, work)
    elif function and back:
        yield from note_same(before, after, back, (cast, cast), work)
        if required:
            yield Statement(f"ALTER TABLE {table} ALTER COLUMN {name} DROP NOT NULL")
        refused = "data_exception" + (" OR check_violation" if domains_of(after, work) else "")
        value = "$1" if work.castable(old, new) else "$1::text"
        yield Statement(
            f"CREATE FUNCTION {function}({old}) RETURNS {new} LANGUAGE plpgsql AS $faberdb$ BEGIN\n"
            f"    RETURN {value}::{new}; EXCEPTION WHEN {refused} THEN RETURN NULL; END $faberdb$"
        )
        cast = f"{function}({name})"
    if kept and kept.form == "values":
        yield from save(before, kept, work)
    sql = f"ALTER TABLE {table} ALTER COLUMN {name} TYPE {new}"
    if after.attributes.get("collation"):
        sql += f" COLLATE {after.attributes['collation']}"
    foreign = after.parent is not None and after.parent.kind == "foreign_table"
    fits = _refuses_to_cut(before, after, work)
    if old != new and "generated" not in after.attributes and not foreign and not fits:
        sql += f" USING {cast}"
    risk, hazards = risk_of(before, after, work)
    free = foreign or (lossless(old, new) and "using" not in after.hints)
    recollated = before.attributes.get("collation") != after.attributes.get("collation")
    refusing = not (free and fits_always(old, new))
    wanted = (refusing or recollated) and not (foreign or function or "generated" in after.attributes)
    probe = asked(before, after, name if fits or old == new else cast, work) if wanted else ()
    yield Statement(sql, risk, hazards, probe=probe)
    if back and whole:
        yield from restore(unidentified(before, after), back, work)
        if function:
            yield Statement(f"DROP FUNCTION {function}({old})")
            if required:
                yield set_not_null(_named_as_before(before, after), work)


def risk_of(before: Object, after: Object, work: Work) -> tuple[Risk, tuple[Hazard, ...]]:
    """What another type does to a table and to its values."""
    old, new = before.attributes["type"], after.attributes["type"]
    foreign = after.parent is not None and after.parent.kind == "foreign_table"
    free = foreign or (lossless(old, new) and "using" not in after.hints)
    hazards: tuple[Hazard, ...]
    if _refuses_to_cut(before, after, work):
        risk, hazards = Risk.DANGEROUS, (_too_long(new),)
    elif _cuts(before, after, work):
        risk, hazards = Risk.DESTRUCTIVE, (_cut(new),)
    else:
        risk, hazards = _risk(old, new, free=free, foreign=foreign)
    if foreign or old == new:
        return risk, hazards
    zoned = _between_times(old, new) and "using" not in after.hints
    return risk, (*hazards, PLANS, *((_ZONE,) if zoned else ()))


def _cuts(before: Object, after: Object, work: Work) -> bool:
    """Whether a cast would cut what is too long, and nobody asked for that. What comes back from quarantine may be."""
    old, new, back = before.attributes["type"], after.attributes["type"], work.kept(after.address)
    foreign = after.parent is not None and after.parent.kind == "foreign_table"
    asked_for = "using" in after.hints or (back is not None and back.form == "values") or foreign
    return old != new and cuts(old, stored_as(after, work)) and not asked_for


def _refuses_to_cut(before: Object, after: Object, work: Work) -> bool:
    """Whether the server's own conversion, without USING, refuses that."""
    return _cuts(before, after, work) and refuses(before.attributes["type"], stored_as(after, work))


def asked(before: Object, after: Object, value: str, work: Work) -> tuple[str, ...]:
    """A query for rows that are in the way of another type or collation. value: what the values become."""
    table = Address("table", after.address.path[:-1])
    together = conflicts(after, value, work, besides=TAKEN_OFF)
    if before.attributes["type"] != after.attributes["type"]:
        # NOT NULL that only comes by this plan is set by a later statement.
        tried = Tried(value, after, required=not {"null"} & {*before.attributes, *after.attributes})
        return rows_failing(table, [tried], work, together=together)
    found = " union ".join(f"({query})" for query in together)
    return rows_where(table, f"(t.tableoid, t.ctid) in ({found})", work) if together else ()


def _named_as_before(before: Object, after: Object) -> Object:
    """Its NOT NULL has the name that it had, and gets another one when all else is done."""
    named = {**after.attributes, "not_null_name": before.attributes.get("not_null_name")}
    return Object(after.address, compact(named), after.parent, after.references)


def _fitting(before: Object, after: Object, back: Kept, narrow: str, work: Work) -> Iterator[Statement]:
    """Note which rows still have what the kept values became, and stop at a value written since that is too long for
    the old type: only by an assignment is that told, and by none of a function's result."""
    old, name = before.attributes["type"], ident(after.address.path[-1])
    function = f"pg_temp.faberdb_fit{Part(before, back).suffix}"
    yield Statement(
        f"CREATE FUNCTION {function}({old}) RETURNS {narrow} LANGUAGE plpgsql AS $faberdb$ DECLARE\n"
        f"    fitting {narrow}; BEGIN fitting := $1; RETURN fitting; END $faberdb$"
    )
    yield from note_same(before, after, back, (f"{function}({name})", name), work)
    yield Statement(f"DROP FUNCTION {function}({old})")


PLANS = Hazard(codes.PLANS_BREAK, "prepared statements that return it fail until they are prepared anew", in_use=True)
_ZONE = Hazard(
    codes.SESSION_CAST,
    "the values are taken as times of UTC, whatever TimeZone the database or a role has set; `using` names another",
    in_use=True,
)
_TIMES = {"timestamp with time zone", "timestamp without time zone"}


def _between_times(old: str, new: str) -> bool:
    """Whether one of two types has a time zone, and the other has none."""
    return {re.sub(r"\(\d\)", "", type_) for type_ in (old, new)} == _TIMES


def _too_long(new: str) -> Hazard:
    said = f"a value that is too long for {new} stops it, unless `using` says what is to become of such values"
    return Hazard(codes.TOO_LONG, said, in_use=True)


def _cut(new: str) -> Hazard:
    said = f"values that are too long for {new} are cut to fit it; what they were waits in quarantine"
    return Hazard(codes.VALUES_CUT, said, in_use=True)


def _risk(old: str, new: str, *, free: bool, foreign: bool) -> tuple[Risk, tuple[Hazard, ...]]:
    """What a change of type does to the table and its values. free: no value can be lost or refused."""
    if not free:
        return Risk.DANGEROUS, (
            Hazard(codes.TYPE_CHANGE, "a value that does not fit the new type stops it", in_use=True),
        )
    if foreign or not rewritten(old, new):
        return Risk.CAUTION, ()
    return Risk.DANGEROUS, (Hazard(codes.REWRITE, "the table is rewritten while it is locked", in_use=True),)


def unidentified(before: Object, after: Object) -> Object:
    """A column while its values come back: what identity is taken away is gone by then, and what is given comes
    later."""
    still = before.attributes.get("identity") if "identity" in after.attributes else None
    return Object(after.address, compact({**after.attributes, "identity": still}))
