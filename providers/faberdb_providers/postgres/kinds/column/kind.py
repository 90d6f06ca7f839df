"""Columns: type, null, identity, generated, collation, storage. A default is an object of its own, because it can
refer to what its column must exist before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Action, Address, Change, Hazard, Object, Place, Risk, Statement, Turn, Verdict, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.acl import owner_of
from faberdb_providers.postgres.kinds.along import comment_on, grants_on
from faberdb_providers.postgres.kinds.attribute_values import keep_values, values_back
from faberdb_providers.postgres.kinds.base import Found, PostgresKind, Row, compact
from faberdb_providers.postgres.kinds.column.adding import add_column
from faberdb_providers.postgres.kinds.column.altering import alter_column
from faberdb_providers.postgres.kinds.column.beside import is_retyped_beside, retyped_beside
from faberdb_providers.postgres.kinds.column.expression import in_the_way, only_expression, refused
from faberdb_providers.postgres.kinds.column.identity import (
    granted_on_what_goes,
    identity_name,
    identity_sequence,
    serial_name,
)
from faberdb_providers.postgres.kinds.column.inherited import (
    around_in_line,
    changes_hands,
    own_changes,
)
from faberdb_providers.postgres.kinds.column.not_null import (
    as_far_as_alterable,
    not_null_name,
    own_not_null,
)
from faberdb_providers.postgres.kinds.column.reading import query, read
from faberdb_providers.postgres.kinds.column.row_type import around_rows, columns_of_row, of_row, rows_of_changes
from faberdb_providers.postgres.kinds.column.several_parents import around_children, cannot_leave, earlier_parents
from faberdb_providers.postgres.kinds.column.type_change import converted
from faberdb_providers.postgres.kinds.held import places
from faberdb_providers.postgres.kinds.lineage import Find, all_above, partitioned_by
from faberdb_providers.postgres.kinds.lossless import altered
from faberdb_providers.postgres.kinds.namesake import as_it_stands, retyped
from faberdb_providers.postgres.kinds.online.index import NEW
from faberdb_providers.postgres.kinds.online.keeping import BESIDE, kept_beside
from faberdb_providers.postgres.kinds.position import keep_position, left_by, position_lost
from faberdb_providers.postgres.kinds.rows_elsewhere import refuse_anew, refuse_below
from faberdb_providers.postgres.kinds.storage import option_texts
from faberdb_providers.postgres.kinds.typed import columns_before
from faberdb_providers.postgres.kinds.values import save
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import dotted, ident, literal

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.column import ColumnSpec

SERIAL = {
    "smallserial": "smallint",
    "serial2": "smallint",
    "serial": "integer",
    "serial4": "integer",
    "bigserial": "bigint",
    "serial8": "bigint",
}


PLAIN_KEYS = (
    *("type", "null", "generated", "virtual", "collation", "storage", "compression", "statistics"),
    *("not_null_name", "not_null_inherited", "not_null_no_inherit", "not_null_not_valid"),
    *("inherited", "not_null", "no_default"),
)


_DROPPED = Hazard(codes.COLUMN_DROPPED, "queries that use it fail from the moment this commits")


class ColumnKind(PostgresKind):
    """A column of a table or foreign table, or what is different about one that is inherited; https://www.postgresql.org/docs/current/ddl-alter.html"""

    name = "column"
    in_use = "NOT NULL, values in parts, types, drops"
    section = "columns"
    within = ("table", "foreign_table")
    Declared: Any = written("column", "ColumnSpec")
    shell = True
    created_inline = True
    dropped_inline = True
    texts = ("generated",)
    rebuilt_on_type_change = True

    def inlines(self, obj: Object) -> bool:
        return "inherited" not in obj.attributes

    def between(self, obj: Object) -> bool:
        return "inherited" not in obj.attributes

    def query(self, version: int) -> str:
        return query(version)

    def read(self, row: Row) -> Found | None:
        return read(row)

    def declare(self, place: Place, name: str, spec: ColumnSpec) -> Iterator[Object]:
        table = place.container
        assert table is not None
        address = Address(self.name, (*table.path, name))
        attributes = {key: getattr(spec, key) for key in PLAIN_KEYS}
        attributes["options"] = {k: str(v) for k, v in sorted(spec.options.items())}
        attributes["foreign_options"] = option_texts(dict(sorted(spec.foreign_options.items())))
        if spec.identity:
            attributes["identity"] = compact(spec.identity.model_dump(exclude={"comment", "grants"}))
        if spec.identity and table.kind == "foreign_table":
            raise ValueError("a column of a foreign table cannot have an identity")
        serial = SERIAL.get(spec.type.strip().lower()) if spec.type else None
        default = spec.default
        if serial:
            attributes["type"] = serial
            sequence = Address("sequence", (table.path[0], serial_name(table.path[1], name)))
            default = f"nextval({literal(dotted(*sequence.path))}::regclass)"
            kind = {} if serial == "bigint" else {"type": serial}
            owned = {**kind, "owned_by": f"{ident(table.path[1])}.{ident(name)}"}
            needs = frozenset({address, owner_of(address)})
            # One that the column has already is this one, whatever it is called.
            about = {"implied": True}
            yield_sequence = Object(sequence, owned, address, needs, place.scope, place.origin, hints=about)
        hints = compact({"backfill": spec.backfill, "using": spec.using})
        yield from self.made(place, spec, address, attributes, table, hints=hints)
        if spec.identity:
            sequence = Address("sequence", (table.path[0], spec.identity.name or serial_name(table.path[1], name)))
            yield from comment_on(sequence, spec.identity.comment, place, address)
            yield from grants_on(sequence, spec.identity.grants, place, address)
        if serial:
            yield yield_sequence
        if default is not None:
            yield Object(
                Address("default", address.path),
                {"expression": default},
                address,
                frozenset({address} | ({sequence} if serial else set())),
                place.scope,
                place.origin,
            )

    def settled(self, obj: Object, declared: Mapping[Address, Object]) -> Object:
        """What is different about a column from above shows beside the default that it would have from there."""
        table = declared.get(obj.parent) if obj.parent and "inherited" in obj.attributes else None
        above = all_above(table, declared.get) if table is not None else []
        defaults = {Address("default", (*o.address.path, obj.address.path[-1])) for o in above}
        return obj._replace(references=obj.references | (defaults & declared.keys())) if above else obj

    def write(self, obj: Object) -> Mapping[str, Any]:
        return {k: v for k, v in obj.attributes.items() if k != "own_default"}

    def shorten(self, fragment: Mapping[str, Any]) -> Any:
        identity = fragment.get("identity")
        if identity is not None and set(identity) == {"generated"}:
            fragment = {**fragment, "identity": identity["generated"]}
        return super().shorten(fragment)

    def mentions(self, obj: Object) -> Iterable[str]:
        return [str(obj.attributes[key]) for key in ("type", "generated", "collation") if key in obj.attributes]

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        # Of a column that was renamed, NOT NULL keeps its name; the column that comes in its place may want that one.
        # A backfill may read the column that goes, so it does not wait until that is gone.
        if own_not_null(obj.attributes) and "backfill" not in obj.hints:
            yield ("constraint", *obj.address.path[:-1], not_null_name(obj))
        if "identity" in obj.attributes:
            yield ("relation", *identity_name(obj))

    def names(self, obj: Object) -> Iterable[tuple[str, ...]]:
        return ()  # no text calls a column by the name of its NOT NULL

    def carries(
        self, change: Change, live: Mapping[Address, Object], target: Mapping[Address, Object]
    ) -> Iterable[Address]:
        """The columns of child tables that are also written there follow those of the parent by themselves."""
        assert change.before is not None
        assert change.after is not None
        if not converted(change.before, change.after):
            return
        table = change.address.path[:2]
        for obj in target.values():
            column = Address(self.name, (*obj.address.path, change.address.path[-1]))
            if "inherits" not in obj.attributes or column not in live or "inherited" in live[column].attributes:
                continue
            # One that comes to the table, or leaves it, is of it when that has changed, or not any more.
            was = live.get(obj.address)
            if all(o is not None and table in _paths_above(o, side.get) for o, side in ((was, live), (obj, target))):
                yield column

    def turn(
        self,
        change: Change,
        changes: Mapping[Address, Change],
        live: Mapping[Address, Object],
        target: Mapping[Address, Object],
    ) -> Turn:
        found = set(around_in_line(change, changes, lambda address: target.get(address) or live.get(address)))
        before, after = change.before, change.after
        if before and after and "identity" in after.attributes and "identity" not in before.attributes:
            found |= left_by(change.address, changes, live)
        if change.action is Action.CREATE:
            found |= {column for column in columns_before(change.address, target) if _comes(changes.get(column))}
        around = _parts_of_its_rows(change, changes)
        if change.disturbs:
            found |= {column for column in earlier_parents(change, target) if column in changes}
        if change.action is Action.DROP:
            fed = (a for a in changes if a.kind == "trigger" and a.path[:-1] == change.address.path[:-1])
            ours = (a for a in fed if a.path[-1].endswith(NEW) and change.address.path[-1].endswith(NEW))
            return Turn(behind=frozenset(ours), last=frozenset(found), ahead=around)
        return Turn(last=frozenset(found), behind=around)

    def compare(self, before: Object, after: Object) -> Verdict | None:
        old, new = before.attributes, after.attributes
        same = old == new or as_far_as_alterable(old, new) == as_far_as_alterable(new, old)
        if same and not retyped(before, after):
            return None
        if bool(old.get("inherited")) != bool(new.get("inherited")):
            return Verdict(Action.ALTER)
        if "inherited" in new:
            return Verdict(Action.ALTER)
        if bool(old.get("virtual")) != bool(new.get("virtual")) or ("generated" in new and "generated" not in old):
            return Verdict(Action.REPLACE, "a column cannot become generated, or be generated another way, in place")
        if "generated" in old and "generated" not in new and old.get("virtual"):
            return Verdict(Action.REPLACE, "a virtual column has no values that could stay")
        typed = converted(before, after)
        if old.get("generated") != new.get("generated") and "generated" in new:
            if typed:
                return Verdict(Action.REPLACE, "the type and the expression of a generated column change")
            return Verdict(Action.ALTER)
        if "generated" in new and old["type"] == new["type"] and retyped(before, after):
            return Verdict(Action.REPLACE, "its type is another one of the same name")
        return Verdict(Action.ALTER, disturbs=typed)

    def part_of(self, change: Change) -> Address | None:
        return change.address if change.action is Action.ALTER and only_expression(change) else None

    def refused_in_place(self, change: Change, referrers: Sequence[Object], version: int) -> bool:
        return refused(change, referrers, version)

    def made_anew(self, change: Change, live: Mapping[Address, Object], target: Mapping[Address, Object]) -> str:
        return in_the_way(change, live, target) if only_expression(change) else ""

    def disturbed_by(self, obj: Object, change: Change) -> bool:
        if change.address.kind == "column" and of_row(obj, change.address.path[:2]):
            return False  # such values follow columns that come and go by themselves
        if change.address == obj.parent or change.address.kind == "column":
            dropped = change.action in (Action.DROP, Action.REPLACE)
            return dropped or (change.disturbs and "generated" in obj.attributes)
        if change.address.kind == "collation" and "collation" not in obj.attributes:
            return False  # that of its domain, which is made anew and carries it along
        # A type that is made anew carries its columns along, but not those that are generated, or from such a column.
        if change.disturbs and "generated" in obj.attributes:
            return True
        return change.action in (Action.DROP, Action.REPLACE) and change.address.kind != "table"

    def touches(self, change: Change, referrers: Sequence[Object]) -> Iterable[Address]:
        """ALTER TYPE makes statistics anew, for the role that runs it; those with a target are made anew by us. It
        carries the columns that are of the row type of its table."""
        if not change.disturbs:
            return ()
        followers = (o for o in referrers if o.address.kind == "statistics" and "target" not in o.attributes)
        return [*(o.address for o in followers), *columns_of_row(change, referrers)]

    def forces(
        self, change: Change, live: Mapping[Address, Object], target: Mapping[Address, Object]
    ) -> Iterable[Address]:
        """The tables that are partitioned by a column whose type changes; the child table of a column that comes from
        above and becomes its own too, or the other way round; what is granted on the sequence of an identity, where
        another one takes its name."""
        granted = granted_on_what_goes(change, live, target)
        if change.disturbs:
            return [*partitioned_by(change.address, live, target), *cannot_leave(change, live, target), *granted]
        return [*changes_hands(change, live, target), *granted]

    def keeps(self, change: Change) -> str:
        before, after = change.before, change.after
        if before is None or before.parent is None or before.parent.kind == "foreign_table":
            return ""
        if "generated" in before.attributes or any("inherited" in s.attributes for s in (before, after) if s):
            return ""
        if change.by:  # its values stay where they are; its table becomes a partition, and these have no identity
            return "position" if position_lost(before.attributes.get("identity"), None) and after is None else ""
        if change.action in (Action.DROP, Action.REPLACE):
            return "values"
        if after is not None and altered(before, after):
            return "values"
        identity = before.attributes.get("identity"), after.attributes.get("identity") if after else None
        return "position" if position_lost(*identity) else ""

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        default = next((o.attributes["expression"] for o in inlined), None)
        yield from add_column(obj, default, work)
        yield from values_back(obj, work)

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        if is_retyped_beside(before, after, work):
            return retyped_beside(before, after, work)
        old = as_it_stands(before, work)
        made = alter_column(old, after, work)
        if not converted(old, after):
            return made
        return around_children(
            after.address, around_rows(rows_of_changes(after.address, work), after.address, made, work), work
        )

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        kept = work.keep(obj.address)
        if "inherited" in obj.attributes:
            yield from own_changes(obj.attributes, {}, obj, work)
            return
        if kept and BESIDE.keys() <= kept.detail.keys():
            yield from kept_beside(obj, kept, work)
            yield _gone(obj, Risk.DESTRUCTIVE, (_DROPPED,))._replace(afterwards=True, joined=True)
            return
        if kept:
            yield from save(obj, kept, work)
            if kept.detail.get("position"):
                yield from keep_position(identity_sequence(obj), kept)
        foreign = obj.parent is not None and obj.parent.kind == "foreign_table"
        risk = Risk.DANGEROUS if foreign or "generated" in obj.attributes else Risk.DESTRUCTIVE
        hazards: tuple[Hazard, ...] = (_DROPPED,) if work.after(obj.address) is None else ()
        if obj.parent is not None and not hazards:
            refuse_anew(obj, obj.parent, work, "add a new column beside this one")
        elif kept:
            refuse_below(obj.address, work, "it cannot go")
        if kept and (held := ", ".join(c.address.spoken for c, _ in places(kept, work, after=False))):
            yield from keep_values(obj, work)
            said = f"its values leave the rows of the table in {held} too; they are kept in quarantine"
            hazards += (Hazard(codes.ATTRIBUTE_DROP, said),)
        yield _gone(obj, risk, hazards)

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        old, new = ident(before.address.path[-1]), ident(after.address.path[-1])
        table = dotted(*after.address.path[:-1])
        hazard = Hazard(codes.RENAME, "queries that use the old name fail from the moment this commits")
        yield Statement(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}", Risk.DANGEROUS, (hazard,))

    def identity(self, obj: Object) -> str:
        return f"COLUMN {dotted(*obj.address.path)}"


def _gone(obj: Object, risk: Risk, hazards: tuple[Hazard, ...]) -> Statement:
    sql = f"ALTER TABLE {dotted(*obj.address.path[:-1])} DROP COLUMN {ident(obj.address.path[-1])}"
    return Statement(sql, risk, hazards)


def _paths_above(table: Object, find: Find) -> list[tuple[str, ...]]:
    return [parent.address.path for parent in all_above(table, find)]


def _parts_of_its_rows(change: Change, changes: Mapping[Address, Change]) -> frozenset[Address]:
    """The columns that come, or go, with one whose values are rows of their table: rows are of the table as it is with
    them, so these come before it, and go after."""
    own = change.before if change.action is Action.DROP else change.after
    if own is None or change.action not in (Action.CREATE, Action.DROP):
        return frozenset()
    tables = {r.path for r in own.references if of_row(own, r.path)}
    if not tables:
        return frozenset()
    alike = (a for a, c in changes.items() if a.kind == "column" and c.action is change.action)
    return frozenset(a for a in alike if a.path[:2] in tables and a != change.address)


def _comes(change: Change | None) -> bool:
    return change is not None and change.action is Action.CREATE


KIND = ColumnKind()
