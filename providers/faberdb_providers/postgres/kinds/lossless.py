"""Whether the values of a column survive a change of it, so that nothing of them has to be kept."""

from __future__ import annotations

from faberdb.model import Object, Work
from faberdb_providers.postgres.kinds.namesake import retyped
from faberdb_providers.postgres.names import qualified
from faberdb_providers.postgres.pattern import pattern

_TYPE = pattern(r"(.+?)(?:\(([0-9]+)(?:,(-?[0-9]+))?\))?( with(?:out)? time zone)?\Z")
_WIDER = {
    "smallint": {"integer", "bigint", "numeric"},
    "integer": {"bigint", "numeric"},
    "bigint": {"numeric"},
    "real": {"double precision"},
    "character varying": {"text"},
    "date": {"timestamp without time zone"},
    "cidr": {"inet"},
    "json": {"text"},
    "uuid": {"text"},
    "boolean": {"text"},
}


def lossless(old: str, new: str) -> bool:
    """Whether every value of type `old` survives a cast to `new` and the cast back, for certain. Types are named as
    format_type() names them; a pair this does not know counts as lossy, which only costs the copy of the values."""
    if old == new:
        return True
    (base, size, scale), (wide, limit, digits) = _parts(old), _parts(new)
    if base.endswith("[]") or wide.endswith("[]"):
        return False
    if base == wide and base in ("character varying", "bit varying", "timestamp without time zone", "numeric"):
        return limit is None or (size is not None and limit >= size and scale == digits)
    if base == wide:
        return limit is None and size is None
    if wide in _WIDER.get(base, ()):
        return limit is None
    integral = base in ("smallint", "integer", "bigint")
    return wide in ("text", "character varying") and limit is None and (integral or base == "numeric")


def fits_always(old: str, new: str) -> bool:
    """Whether every value of type `old` is also one of type `new`, for certain: not each date has its timestamp, though
    none is lost by it. PostgreSQL docs, section 8.5."""
    return lossless(old, new) and (old, _parts(new)[0]) != ("date", "timestamp without time zone")


def rewritten(old: str, new: str) -> bool:
    """Whether the server writes a table anew to store values of `old` as `new`, though none is lost: not where they are
    stored alike. PostgreSQL docs, ALTER TABLE, notes."""
    (base, _, _), (wide, _, _) = _parts(old), _parts(new)
    alike = base == wide and base in ("character varying", "bit varying", "timestamp without time zone", "numeric")
    return not (old == new or alike or (base, wide) in (("character varying", "text"), ("cidr", "inet")))


def cuts(old: str, new: str) -> bool:
    """Whether a cast from `old` to `new` cuts what is too long without a word, as SQL has it for casts that are asked
    for. PostgreSQL docs, section 8.3 Character Types."""
    if new.endswith("[]"):
        old, new = old.removesuffix("[]"), new.removesuffix("[]")
    (base, size, _), (narrow, limit, _) = _parts(old), _parts(new)
    if narrow not in (*_TEXTS, *_BITS) or limit is None:
        return False
    return not (base == narrow and size is not None and size <= limit)


_TEXTS, _BITS = ("character varying", "character"), ("bit", "bit varying")


def refuses(old: str, new: str) -> bool:
    """Whether PostgreSQL's own conversion from `old` to `new` refuses what a cast that is asked for would cut: there is
    one from every type to a text, and between strings of bits. PostgreSQL docs, section 8.3, and CREATE CAST."""
    if not cuts(old, new) or (new.endswith("[]") and not old.endswith("[]")):
        return False
    kind, narrow = (_parts(type_.removesuffix("[]"))[0] for type_ in (old, new))
    return narrow in _TEXTS or (kind in _BITS and old.endswith("[]") == new.endswith("[]"))


def stored_as(column: Object, work: Work) -> str:
    """The type of a wanted column, or of the elements of its array, below all domains."""
    domains, type_ = domains_of(column, work), str(column.attributes["type"])
    array = "[]" if type_.endswith("[]") else ""
    return f"{domains[-1].attributes['type']}{array}" if domains else type_


def domains_of(column: Object, work: Work) -> list[Object]:
    """The domain that a wanted column, or the elements of its array, are of, and those that this one is over."""
    obj, found = column, list[Object]()
    while True:
        type_ = str(obj.attributes["type"]).removesuffix("[]" if obj is column else "")
        named = (a for a in obj.references if a.kind == "domain" and qualified(a) == type_)
        domain = next((there for address in named if (there := work.after(address)) is not None), None)
        if domain is None:
            return found
        found.append(domain)
        obj = domain


def _parts(type_: str) -> tuple[str, int | None, int | None]:
    match = _TYPE.match(type_)
    if match is None:
        return type_, None, None
    name, size, scale, zone = match.groups()
    return name + (zone or ""), int(size) if size else None, int(scale or 0) if size else None


def altered(before: Object, after: Object | None) -> bool:
    """Whether a column's values are, or may be, other ones after its change than a cast back would give."""
    if after is None:
        return True
    old, new = before.attributes, after.attributes
    kept = old["type"] != new["type"] and "using" not in after.hints and lossless(old["type"], new["type"])
    if retyped(before, after) and not kept:
        return True
    return filled(before, after)


def filled(before: Object, after: Object) -> bool:
    """Whether rows without a value get one, because none may be without from now on."""
    return required(before, after) and "backfill" in after.hints


def required(before: Object, after: Object) -> bool:
    """Whether rows without a value may be there and no longer may: old ones, if NOT NULL was not valid, or those of
    child tables, if it was not theirs."""
    old, new = before.attributes, after.attributes
    ways_out = ("null", "not_null_not_valid", "not_null_no_inherit")
    return not new.get("null") and any(old.get(key) and not new.get(key) for key in ways_out)


def of_own_type(obj: Object) -> bool:
    """Whether a column is of a type that may go, or be made anew, while quarantine holds values of it."""
    return "." in obj.attributes["type"]  # the server qualifies the names of all but its own types
