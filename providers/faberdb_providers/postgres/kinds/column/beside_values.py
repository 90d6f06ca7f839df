"""What the values of a column become on the second one that takes its place, when they are written and when rows that
are there get them: the same value of a wider type; one of a type that does not hold all of them, with those that were
kept in quarantine beside what they became; or, when that is taken back, the kept one where the row still has what it
became, and else what a cast makes of what was written since."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from faberdb.model import Address, Hazard, Risk
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.column.type_change import asked, risk_of
from faberdb_providers.postgres.kinds.in_the_way import Probe
from faberdb_providers.postgres.kinds.lossless import altered, fits_always, refuses, rewritten
from faberdb_providers.postgres.kinds.online.following import by_one_key, may_be_followed, same_row, stays
from faberdb_providers.postgres.kinds.online.keeping import BESIDE
from faberdb_providers.postgres.kinds.rows import columns_in, known_by
from faberdb_providers.postgres.kinds.still_holds import mentions
from faberdb_providers.postgres.kinds.trying import Tried, rows_failing
from faberdb_providers.postgres.kinds.values import cast_of
from faberdb_providers.postgres.names import ident
from faberdb_providers.postgres.settings import CONVERTING

if TYPE_CHECKING:
    from faberdb.model import Kept, Object, Work

_STORED = {"storage", "compression"}
"""What a column says of how a type is stored that another type may not be able to."""
_UNIQUE = ("primary_key", "unique", "exclusion")
REFUSED_EARLY = Hazard(
    codes.RETYPED_BESIDE, "a value that does not fit the new type is refused from this step on", in_use=True
)
_NAMES = " SET search_path = pg_catalog, pg_temp"


class Becoming(NamedTuple):
    """value: an expression in a statement on the table; new: the same in a trigger; condition: on rows of which it is
    something; clauses: of the trigger's function. risk and hazards: of writing it to the rows that are there, beyond
    that they are written; early: of the trigger; probe: a query for rows that are in the way."""

    value: str
    new: str
    condition: str
    clauses: str = ""
    risk: Risk = Risk.CAUTION
    hazards: tuple[Hazard, ...] = ()
    early: tuple[Hazard, ...] = ()
    probe: Probe = ()


def may_become(before: Object, after: Object, work: Work) -> bool:
    """Whether a trigger can give a second column what the first becomes, and quarantine has, or is given, what is lost
    by it. before and after differ in their types only."""
    old, new = str(before.attributes["type"]), str(after.attributes["type"])
    if old == new or any(r.kind == "domain" for r in before.references | after.references):
        return False
    back = work.kept(after.address)
    if back is not None and not _comes_back(before, after, back, work):
        return False
    if altered(before, after):
        return _may_be_kept(before, after, work)
    return back is not None or rewritten(old, new)


def becoming(before: Object, after: Object, work: Work) -> Becoming:
    """For a column that may become another."""
    back, name = work.kept(after.address), ident(after.address.path[-1])
    if back is not None:
        return _back(before, after, back, work)
    if fits_always(before.attributes["type"], after.attributes["type"]) and "using" not in after.hints:
        return Becoming(name, f"NEW.{name}", f"{name} IS NOT NULL")
    cast, using = cast_of(before, after, work), after.hints.get("using")
    assigned = not using and refuses(before.attributes["type"], after.attributes["type"])
    value = name if assigned else cast
    new = _of_new_row(value, after)
    risk, hazards = risk_of(before, after, work)
    clauses = f"{' SET search_path FROM CURRENT' if using else _NAMES}{_settings()}"
    probe = asked(before, after, value, work)
    return Becoming(value, new, f"({value}) IS NOT NULL", clauses, risk, hazards, (REFUSED_EARLY,), probe)


def _may_be_kept(before: Object, after: Object, work: Work) -> bool:
    """Whether what a column loses can be copied while it is written, and all that its new values are made of is there
    until they are."""
    table = after.parent
    if table is None or _STORED & before.attributes.keys():
        return False
    if any(work.before(r) is not None and not stays(r, work) for r in after.references if r != table):
        return False
    if not may_be_followed(before, known_by(table, work), work):
        return False
    using, own = str(after.hints.get("using", "")), before.address.path[-1]
    others = (name for name in columns_in(table, work, after=False) if name != own)
    return not any(mentions(using, ident(name)) for name in others)


def _comes_back(before: Object, after: Object, kept: Kept, work: Work) -> bool:
    """Whether a type is taken back of which quarantine has, by an index, what each value was."""
    if kept.form != "values" or not {"became", *BESIDE} <= kept.detail.keys():
        return False
    if not by_one_key(after, kept.detail, work):
        return False
    if not all(stays(r, work) for r in before.references if r != after.parent):
        return False
    over = work.referrers(after.address, after=True)
    unique = any(o.address.kind in _UNIQUE or o.attributes.get("unique") for o in over)
    return not unique  # which the values that are back might not be, and it is only seen when all is committed


def _back(before: Object, after: Object, kept: Kept, work: Work) -> Becoming:
    whole, old, new = after.address.path[:-1], str(before.attributes["type"]), str(after.attributes["type"])
    table = ident(whole[-1])
    now = f"{table}.{ident(after.address.path[-1])}"
    if refuses(old, new):  # an assignment says what is too long, a cast would cut it
        cast = now if new.split("(")[0] in ("bit", "bit varying") else f"{now}::text"
    else:
        cast = f"{now}::{new}" if work.castable(old, new) else f"{now}::text::{new}"
    same = f"{now}::text IS NOT DISTINCT FROM faberdb_kept.became::text"
    value = (
        f"(SELECT CASE WHEN faberdb_kept.id IS NOT NULL AND {same} THEN faberdb_kept.value::{new} ELSE {cast} END"
        f" FROM (VALUES (1)) faberdb_one LEFT JOIN {kept.place} faberdb_kept ON {same_row(whole, kept)})"
    )
    since = f"NOT EXISTS (SELECT FROM {kept.place} faberdb_kept WHERE {same_row(whole, kept)} AND {same})"
    # Who writes to the table has no rights in quarantine, and needs none.
    clauses = f" SECURITY DEFINER{_NAMES}{_settings()}"
    probe = rows_failing(Address("table", whole), [Tried(cast, after)], work, since)
    risk, hazards = risk_of(before, after, work)
    return Becoming(
        value, _of_new_row(value, after), f"{value} IS NOT NULL", clauses, risk, hazards, (REFUSED_EARLY,), probe
    )


def _settings() -> str:
    """A value becomes the same whoever writes it, whatever their session has set."""
    return "".join(f" SET {setting} FROM CURRENT" for setting in CONVERTING)


def _of_new_row(value: str, column: Object) -> str:
    """OFFSET keeps the row apart: otherwise it would be constants to the planner, which computes each part of a CASE
    that has none else, also one that must not be (PostgreSQL docs, section 4.2.14)."""
    return f"(SELECT {value} FROM (SELECT NEW.* OFFSET 0) AS {ident(column.address.path[-2])})"
