"""A new column as CREATE TABLE and ADD COLUMN write it, and what they have no words for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from faberdb.model import Address, Hazard, Object, Statement, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.column.identity import identity_clause
from faberdb_providers.postgres.kinds.column.not_null import named_not_null, not_null_name
from faberdb_providers.postgres.kinds.column.stored import storage_changes
from faberdb_providers.postgres.kinds.foreign import options_clause
from faberdb_providers.postgres.kinds.lineage import was_there
from faberdb_providers.postgres.names import dotted, ident

_NO_VALUE = Hazard(
    codes.NO_VALUE_GIVEN, "INSERTs that leave it out fail from the moment this commits: it is NOT NULL", in_use=True
)


def render_column(obj: Object, default: str | None, version: int, *, typed: bool = False) -> str:
    """A column as CREATE TABLE and ADD COLUMN write it. typed: its type comes from that of the whole table."""
    a = obj.attributes
    words = [ident(obj.address.path[-1]), *([] if typed else [a["type"]])]
    if a.get("storage") and version >= 16:
        words.append(f"STORAGE {a['storage'].upper()}")
    if a.get("compression"):
        words.append(f"COMPRESSION {a['compression']}")
    if a.get("foreign_options"):
        words.append(options_clause(obj, a["foreign_options"]).strip())
    if a.get("collation"):
        words.append(f"COLLATE {a['collation']}")
    if "generated" in a:
        words.append(f"GENERATED ALWAYS AS ({a['generated']}) {'VIRTUAL' if a.get('virtual') else 'STORED'}")
    if "identity" in a:
        words.append(identity_clause(a["identity"], obj))
    if default is not None:
        words.append(f"DEFAULT {default}")
    if not {"null", "not_null_inherited", "not_null_not_valid"} & a.keys():
        words.append(f"CONSTRAINT {ident(a['not_null_name'])} NOT NULL" if a.get("not_null_name") else "NOT NULL")
        words += ["NO INHERIT"] if a.get("not_null_no_inherit") else []
    return " ".join(words)


def said_aloud(columns: Sequence[Object], work: Work) -> list[Object]:
    """New columns with the names of their NOT NULL constraints, where the server would choose others by itself, because
    a table that had the name before still has them (PostgreSQL 18)."""
    usual = {not_null_name(o): o for o in columns if o.address.kind == "column" and not o.attributes.get("null")}
    if work.version < 18 or not usual:
        return list(columns)
    there = (o for o in work.all_of("column", after=False) if "not_null_name" in o.attributes)
    taken = {str(o.attributes["not_null_name"]) for o in there} & usual.keys()
    told = {usual[name].address: name for name in taken}
    return [
        o._replace(attributes={**o.attributes, "not_null_name": told[o.address]}) if o.address in told else o
        for o in columns
    ]


def beyond(obj: Object, version: int) -> Iterator[Statement]:
    """What a new column has that CREATE TABLE and ADD COLUMN have no words for."""
    if "inherited" in obj.attributes:
        return
    if obj.attributes.get("not_null_not_valid"):
        yield named_not_null(obj)
    unsaid = ("statistics", "options") if version >= 16 else ("statistics", "options", "storage")
    column = f"ALTER TABLE {dotted(*obj.address.path[:-1])} ALTER COLUMN {ident(obj.address.path[-1])}"
    yield from storage_changes({}, {k: v for k, v in obj.attributes.items() if k in unsaid}, column, version)


def filled_by_default(column: Object, work: Work) -> bool:
    """Whether rows that are there already wait for a default which cannot be written into ADD COLUMN, because it needs
    the column itself: that of a serial column, whose sequence belongs to it."""
    fresh = not was_there(column, work) and work.before(Address("table", column.address.path[:-1])) is not None
    later = work.after(Address("default", column.address.path)) is not None
    needed = not column.attributes.get("null") and "backfill" not in column.hints
    return fresh and later and needed and work.kept(column.address) is None


def no_value_given(column: Object, work: Work) -> tuple[Hazard, ...]:
    """The hazard of a statement after which a column that may not be null has nothing that gives it a value."""
    attributes = column.attributes
    if attributes.get("null") or {"identity", "generated"} & attributes.keys():
        return ()
    domains = (work.after(a) for a in column.references if a.kind == "domain")
    own = work.after(Address("default", column.address.path))
    if own is not None or any("default" in domain.attributes for domain in domains if domain is not None):
        return ()
    return (_NO_VALUE,)
