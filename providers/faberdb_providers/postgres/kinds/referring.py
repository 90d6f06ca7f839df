"""Which row a foreign key means by the values of another: as the server compares them, by the type and the collation of
what is referred to."""

from __future__ import annotations

from collections.abc import Iterator

from faberdb.model import Address, Object, Work
from faberdb_providers.postgres.kinds.in_the_way import Probe, own_rows, rows_in
from faberdb_providers.postgres.kinds.lineage import all_above, pointed_at, shared
from faberdb_providers.postgres.kinds.lossless import domains_of
from faberdb_providers.postgres.names import dotted, ident, literal
from faberdb_providers.postgres.pattern import pattern

_FAMILIES = (
    frozenset(("smallint", "integer", "bigint")),
    frozenset(("real", "double precision")),
    frozenset(("text", "name", "character varying")),
    frozenset(("date", "timestamp without time zone", "timestamp with time zone")),
)
"""Types that the server compares with each other as they are; of others it makes the one that is referred to."""
_MODIFIER = pattern(r"\([^()\"]*\)")
_UNMODIFIED = {"character": "bpchar", "bit": 'pg_catalog."bit"'}
"""Types that without a length are of length 1, by names that are of any."""

_DEFAULT = 'pg_catalog."default"'


def pairs(key: Object) -> list[tuple[str, str]]:
    """The columns of a foreign key, each with the one that it points at."""
    columns = key.attributes["columns"]
    return list(zip(columns, key.attributes["references"].get("columns") or columns, strict=True))


def matches(key: Object, work: Work) -> list[str]:
    """The conditions for a row r to be what a row t refers to, but for periods."""
    found, table, target = list[str](), Address("table", key.address.path[:-1]), pointed_at(key)
    for mine, theirs in pairs(key)[: -1 if key.attributes.get("period") else None]:
        columns = _column(table, mine, work), _column(target, theirs, work)
        found.append(_same(f"t.{ident(mine)}", f"r.{ident(theirs)}", *columns, work))
    return found


def left_without(part: Object, work: Work) -> tuple[Probe, str]:
    """A query for rows that refer to rows of a partition which leaves the tables above it, by foreign keys that stay;
    and why there may be such that it does not find."""
    found, untold = list[tuple[Address, str]](), ""
    for key in _staying(part, work):
        if key.attributes.get("period"):
            untold = f"{key.address.spoken} is held against rows of the partition only then"
            continue
        there = f"select from {own_rows(part.address, work)} r where {' and '.join(matches(key, work))}"
        table = Address("table", key.address.path[:-1])
        # A key holds for rows of its table alone; where that is a partitioned one, they are in its partitions.
        name = literal(dotted(*table.path)).strip()
        only = f"t.tableoid = {name}::regclass and " if own_rows(table, work) != dotted(*table.path) else ""
        found.append((table, f"{only}exists ({there})"))
    return rows_in(found, work), untold


def _staying(part: Object, work: Work) -> Iterator[Object]:
    """The foreign keys that point at a table which a partition leaves, are there then, and are held."""
    after = work.after(part.address)
    left = {o.address for o in all_above(part, work.before)}
    # Those that point at a table to which the partition comes back are made anew around that.
    back = {o.address for o in all_above(after, work.after)} & left if after is not None else set()
    for key in work.all_of("foreign_key", after=False):
        wanted = work.after(key.address)
        same = wanted is not None and wanted.attributes == key.attributes
        if same and pointed_at(key) in left - back and "not_enforced" not in key.attributes:
            yield key


def _column(table: Address, name: str, work: Work) -> Object | None:
    """A column as it is now, be it from above."""
    own, home = work.before(Address("column", (*table.path, name))), work.before(table)
    if home is None or (own is not None and "type" in own.attributes):
        return own
    return shared(home, work, "column", after=False).get(name)


def _same(mine: str, theirs: str, referring: Object | None, referred: Object | None, work: Work) -> str:
    """That two values are alike. The operator of a type of somebody's own may be found only where he has it, and
    another take its place; arrays are compared as their type has it."""
    if referring is None or referred is None:
        return f"{theirs} = {mine}"
    (own, own_collation), (type_, collation) = (_below_domains(column, work) for column in (referring, referred))
    bare = _bare(type_)
    if own != str(referring.attributes["type"]) or not _compared_as_they_are(own, type_):
        mine = f"{mine}::{_bare(own) if _compared_as_they_are(own, type_) else bare}"
    if type_ != str(referred.attributes["type"]):
        theirs = f"{theirs}::{bare}"
    if own_collation != collation:
        mine = f"({mine}) COLLATE {collation or _DEFAULT}"
    return f"array[{theirs}] = array[{mine}]" if "." in type_ else f"{theirs} = {mine}"


def _below_domains(column: Object, work: Work) -> tuple[str, str]:
    """The type of a column's values, and their collation where it is not that of the type."""
    every = [column, *([] if str(column.attributes["type"]).endswith("[]") else domains_of(column, work))]
    collations = (str(o.attributes["collation"]) for o in every if "collation" in o.attributes)
    return str(every[-1].attributes["type"]), next(collations, "")


def _compared_as_they_are(one: str, other: str) -> bool:
    """Whether the server compares values of two types without a cast of one to the other."""
    bare = {_MODIFIER.sub("", one), _MODIFIER.sub("", other)}
    return len(bare) == 1 or any(bare <= family for family in _FAMILIES)


def _bare(type_: str) -> str:
    """A type without a length: values are not cut to be compared."""
    name = _MODIFIER.sub("", type_)
    return _UNMODIFIED.get(name, name)
