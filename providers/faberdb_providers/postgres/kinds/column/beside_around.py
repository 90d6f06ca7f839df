"""What hangs on a column and goes along with it to the second one that takes its place: its default, comment, identity
and sequence, indexes, keys, and checks and foreign keys, which hold for what is written at every moment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from faberdb.model import Address, Object, Statement, Work
from faberdb_providers.postgres.kinds.column.identity import identity_changes, identity_name
from faberdb_providers.postgres.kinds.constraint_clause import definition, using_index
from faberdb_providers.postgres.kinds.index import create_index
from faberdb_providers.postgres.kinds.lineage import pointed_at
from faberdb_providers.postgres.kinds.online.index import NEW, OLD, built, set_apart
from faberdb_providers.postgres.names import dotted, ident, literal, marked, qualified

_KEYS = ("primary_key", "unique")
_SET_APART = {"clustered", "statistics", "attached_to", "only", "include", "where", "invalid", "deferrable"}
"""What of an index is said after it is built, or may name the column in another way."""
_MADE_AGAIN = ("view", "policy", "rule")
_ABOUT = ("comment", "grant", "owner", "security_label", "trigger", "default")
_LOOSE = {"not_valid", "not_enforced"}
_KIN = (
    {"smallint", "integer", "bigint"},
    {"numeric"},
    {"real", "double precision"},
    {"text", "character varying"},
    {"bit", "bit varying"},
)
"""Types that a foreign key holds between, whichever of them is on which side and however long."""
_ONE_OF_MANY = {"partition_by", "partition_of", "inherits"}


def around(column: Object, work: Work, *, after: bool) -> list[Object]:
    """All that stands on the column, or is a part of it."""
    found = (*work.referrers(column.address, after=after), *work.children(column.address, after=after))
    return list({o.address: o for o in found if o.address != column.address}.values())


def moves_along(other: Object, column: Object, work: Work) -> bool:
    """Whether something on the column can be made again on the second one, as it was."""
    kind = other.address.kind
    if kind in ("default", "comment"):
        return other.parent == column.address
    before, after = work.before(other.address), work.after(other.address)
    if kind == "sequence":
        ends = [end for end in (before, after) if end is not None and end.parent == column.address]
        return len(ends) == 2
    if before is None or after is None or before.attributes != after.attributes:
        return False
    if work.children(other.address, after=False) or work.children(other.address, after=True):
        return False
    if kind == "foreign_key":
        return _is_plain(other, work)
    if kind == "check":
        return other.parent == column.parent and not _LOOSE & other.attributes.keys()
    if other.parent != column.parent or _SET_APART & other.attributes.keys():
        return False
    if kind in _KEYS:
        on_it = (o for end in (False, True) for o in work.referrers(other.address, after=end))
        return "without_overlaps" not in other.attributes and all(o.address.kind == "foreign_key" for o in on_it)
    plain = [bool(re.match(r'"[^"]+"|\w+', on)) and "(" not in on for on in other.attributes.get("on", ("(",))]
    return kind == "index" and all(plain) and other.attributes.get("using") is None


def made_again(other: Object, column: Object, work: Work) -> bool:
    """Whether something on the column is taken down and made again in the moment in which the columns change places, as
    it is around any change of a type; it reads no rows."""
    return other.address.kind in _MADE_AGAIN and not any(
        above.address.kind not in (*_MADE_AGAIN, *_ABOUT) for above in _standing_on(other, work)
    )


def _standing_on(other: Object, work: Work) -> list[Object]:
    found: dict[Address, Object] = {}
    todo = [other]
    while todo:
        address = todo.pop().address
        around_it = ((*work.referrers(address, after=end), *work.children(address, after=end)) for end in (False, True))
        more = [obj for found_there in around_it for obj in found_there]
        todo += [o for o in more if o.address not in found]
        found |= {o.address: o for o in more}
    return list(found.values())


def built_beside(column: Object, second: str, work: Work) -> Iterator[Statement]:
    """The indexes of what is over the column, over the second one. second: as SQL."""
    name = ident(column.address.path[-1])
    for index in _over_it(column, work):
        a = index.attributes
        on = [ident(key) for key in a["columns"]] if index.address.kind in _KEYS else a["on"]
        on = [second + e[len(name) :] if e == name or e.startswith(f"{name} ") else e for e in on]
        same = {k: v for k, v in a.items() if k != "columns"} | (
            {"unique": True} if index.address.kind in _KEYS else {}
        )
        made = set_apart(index, NEW)._replace(attributes={**same, "on": on})
        yield built(index, create_index(made, set(), concurrently=True), ())


def let_go(column: Object, second: Object, work: Work) -> Iterator[str]:
    """What is done before the column goes. It takes keys, indexes and the foreign keys of its own table along."""
    for held in _held_later(column, work):
        yield f"ALTER TABLE {dotted(*held.address.path[:-1])} DROP CONSTRAINT {ident(held.address.path[-1])}"
    for sequence in _of_kind("sequence", column, work):
        yield f"ALTER SEQUENCE {qualified(sequence.address)} OWNED BY NONE"
    if "identity" in column.attributes:
        # Under another name nobody draws from it any more until this is committed, who has its name either.
        schema, name = identity_name(column)
        former = marked(name, OLD)
        yield f"ALTER SEQUENCE {dotted(schema, name)} RENAME TO {ident(former)}"
        counting = second._replace(attributes={**second.attributes, "identity": {**_identity(column), "name": name}})
        yield from (s.sql for s in identity_changes(Object(second.address, {}), counting))
        here = literal(dotted(schema, name)).strip()
        yield f"SELECT setval({here}, last_value, is_called) FROM {dotted(schema, former)}"


def taken_on(column: Object, work: Work) -> Iterator[str]:
    """What is done once the second column has the name."""
    place, name = column.address.path[:-1], ident(column.address.path[-1])
    table = f"ALTER TABLE {dotted(*place)}"
    for index in _over_it(column, work):
        own, beside = index.address.path[-1], set_apart(index, NEW).address.path[-1]
        if index.address.kind in _KEYS:
            yield f"{table} ADD CONSTRAINT {ident(own)} {using_index(index, beside)}"
        else:
            yield f"ALTER INDEX {dotted(place[0], beside)} RENAME TO {ident(own)}"
    for sequence in _of_kind("sequence", column, work):
        yield f"ALTER SEQUENCE {qualified(sequence.address)} OWNED BY {qualified(column.address)}"
    for default in _of_kind("default", column, work):
        yield f"{table} ALTER COLUMN {name} SET DEFAULT {default.attributes['expression']}"
    for comment in _of_kind("comment", column, work):
        if comment.attributes["text"]:
            text = literal(comment.attributes["text"]).strip()
            yield f"COMMENT ON COLUMN {dotted(*column.address.path)} IS {text}"
    for held in _held_later(column, work):
        said = definition(held._replace(attributes={**held.attributes, "not_valid": True}))
        yield f"ALTER TABLE {dotted(*held.address.path[:-1])} ADD CONSTRAINT {ident(held.address.path[-1])} {said}"


def _identity(column: Object) -> Mapping[str, Any]:
    found: Mapping[str, Any] = column.attributes["identity"]
    return found


def _over_it(column: Object, work: Work) -> list[Object]:
    return [o for o in around(column, work, after=True) if o.address.kind in ("index", *_KEYS)]


def _held_later(column: Object, work: Work) -> list[Object]:
    """What is put on again for what is written, and validated at the end of the plan."""
    return [o for o in around(column, work, after=True) if o.address.kind in ("foreign_key", "check")]


def _of_kind(kind: str, column: Object, work: Work) -> list[Object]:
    return [o for o in work.children(column.address, after=True) if o.address.kind == kind]


def _is_plain(key: Object, work: Work) -> bool:
    """Whether a foreign key can be added NOT VALID and validated, of tables that are no parts of others."""
    if {"not_valid", "not_enforced", "period"} & key.attributes.keys() or key.parent is None:
        return False
    if not _holds_half_way(key, work):
        return False
    tables = [end(a) for a in (key.parent, pointed_at(key)) for end in (work.before, work.after)]
    return all(table is not None and not _ONE_OF_MANY & table.attributes.keys() for table in tables)


def _holds_half_way(key: Object, work: Work) -> bool:
    """Whether a foreign key of which both sides change their types can be there while one of them has."""
    a, there = key.attributes, pointed_at(key).path
    for own, other in zip(a["columns"], a["references"].get("columns") or (), strict=False):
        columns = (Address("column", (*key.address.path[:-1], own)), Address("column", (*there, other)))
        types = [[str(o.attributes["type"]) for end in (work.before, work.after) if (o := end(c))] for c in columns]
        bare = {type_.partition("(")[0] for one in types for type_ in one}
        if all(len(set(one)) > 1 for one in types) and not any(bare <= kin for kin in _KIN):
            return False
    return True


def columns_of(held: Object) -> list[Address]:
    """The columns of a check, or of a foreign key and those that it points at."""
    if held.address.kind == "check":
        return [address for address in held.references if address.kind == "column"]
    return _of_foreign_key(held)


def _of_foreign_key(key: Object) -> list[Address]:
    a, there = key.attributes, pointed_at(key).path
    own = [Address("column", (*key.address.path[:-1], name)) for name in a["columns"]]
    return [*own, *(Address("column", (*there, name)) for name in a["references"].get("columns") or ())]
