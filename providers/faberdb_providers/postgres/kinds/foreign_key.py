"""Foreign keys: each row that refers to another table has its match there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Action, Address, Change, Hazard, Object, Place, Risk, Statement, Turn, Verdict, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.base import compact
from faberdb_providers.postgres.kinds.constraint import ConstraintKind
from faberdb_providers.postgres.kinds.in_the_way import own_rows, rows_where
from faberdb_providers.postgres.kinds.index import key_of
from faberdb_providers.postgres.kinds.lineage import all_above, comes_back_to, is_part, pointed_at
from faberdb_providers.postgres.kinds.referring import matches, pairs
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import dotted, ident, resolve

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.foreign_key import ForeignKeySpec

ACTIONS = {"a": None, "r": "restrict", "c": "cascade", "n": "set null", "d": "set default"}


class ForeignKeyKind(ConstraintKind):
    """https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK"""

    name = "foreign_key"
    section = "foreign_keys"
    Declared: Any = written("foreign_key", "ForeignKeySpec")
    contype = "f"
    validated = True
    in_use = "validated later"
    off_for_new_types = True  # both sides may change type in one plan, and in between they would not fit
    # Two tables may refer to each other, and a table that is kept must not hold on to one that is not.
    dropped_inline = False

    def later(self, obj: Object, work: Work) -> bool:
        """Before 18 the server takes no NOT VALID on a partitioned table, and of a key that points at one it leaves the
        parts that are about partitions as they are (PostgreSQL 18, release notes, section Constraints)."""
        tables = [work.after(a) for a in (obj.parent, pointed_at(obj)) if a is not None]
        parts = any(table is not None and "partition_by" in table.attributes for table in tables)
        return super().later(obj, work) and (work.version >= 18 or not parts)

    def columns(self, version: int) -> str:
        only = (
            "array(select a.attname::text from unnest(k.confdelsetcols) with ordinality u(num, pos) join pg_attribute a"
            " on a.attrelid = k.conrelid and a.attnum = u.num order by u.pos)"
            if version >= 15
            else "null"
        )
        return (
            "rn.nspname, rc.relname, array(select a.attname::text from unnest(k.confkey) with ordinality u(num, pos)"
            " join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.num order by u.pos),"
            f" k.confdeltype::text, k.confupdtype::text, k.confmatchtype::text, {only}"
        )

    def joins(self, version: int) -> str:
        return "join pg_class rc on rc.oid = k.confrelid join pg_namespace rn on rn.oid = rc.relnamespace"

    def own(self, schema: str, columns: list[str], period: bool, rest: Sequence[Any]) -> dict[str, Any]:
        target_schema, target, target_columns, on_delete, on_update, match, only = rest
        name = ident(target) if target_schema == schema else dotted(target_schema, target)
        return {
            "columns": columns,
            "references": {"table": name, "columns": target_columns},
            "on_delete": ACTIONS[on_delete],
            "on_update": ACTIONS[on_update],
            "set_columns": only or None,
            "match": "full" if match == "f" else None,
            "period": period,
        }

    def declare(self, place: Place, name: str, spec: ForeignKeySpec) -> Iterator[Object]:
        fields = ("columns", "set_columns", "period", "deferrable", "initially_deferred", "not_valid", "not_enforced")
        attributes = {key: getattr(spec, key) for key in fields}
        attributes["references"] = compact({"table": spec.references.table, "columns": spec.references.columns})
        for key, default in (("on_delete", "no action"), ("on_update", "no action"), ("match", "simple")):
            value = getattr(spec, key)
            attributes[key] = None if value == default else value
        target = resolve(place.schema, spec.references.table)
        there = [Address("column", (*target.path, c)) for c in spec.references.columns or ()]
        yield from self.on_table(place, spec, name, attributes, spec.columns, [target, *there])

    def picks(self, obj: Object) -> tuple[str, ...] | None:
        pointed = obj.attributes["references"]
        return key_of(pointed_at(obj).path, pointed.get("columns") or ())

    def turn(
        self,
        change: Change,
        changes: Mapping[Address, Change],
        live: Mapping[Address, Object],
        target: Mapping[Address, Object],
    ) -> Turn:
        """It goes before partitions leave the table it points at, and comes after they are there with their rows; one
        that stays is made anew around partitions that leave and come back (`pointing_around`). Partitions leave its own
        table while it is gone: they would take along a key of their own."""
        if change.action is Action.ALTER:
            return Turn()
        ahead = last = leaving = frozenset[Address]()
        if change.before is not None:
            # Partitions of its own table are attached with the keys that they have, so of those that stay only the ones
            # that are detached before matter.
            own, pointed = change.before.parent, pointed_at(change.before)
            ahead = _parts(pointed, changes, live, _GOING if pointed == own else _ANY)
            ahead |= _back(pointed, changes, live, target)
            leaving = _parts(own, changes, live, _LEAVING)
            ahead |= leaving
        if change.after is not None:
            pointed = pointed_at(change.after)
            last = _parts(pointed, changes, target, _COMING if pointed == change.after.parent else _ANY)
            last |= _back(pointed, changes, live, target) | leaving
        return Turn(ahead=ahead, last=last)

    def compare(self, before: Object, after: Object) -> Verdict | None:
        verdict = super().compare(before, after)
        alterable = ["deferrable", "initially_deferred", "not_enforced"]
        # Validated in place, whatever else of this changes with it; the other way there is none.
        alterable += ["not_valid"] if "not_valid" in before.attributes else []
        old, new = ({k: v for k, v in o.attributes.items() if k not in alterable} for o in (before, after))
        if verdict is None or verdict.action is Action.ALTER or old != new:
            return verdict
        return Verdict(Action.ALTER)

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        yield from super().alter(before, after, work)
        old, new = before.attributes, after.attributes
        words = []
        if any(old.get(key) != new.get(key) for key in ("deferrable", "initially_deferred")):
            when = "INITIALLY DEFERRED" if new.get("initially_deferred") else "INITIALLY IMMEDIATE"
            words.append(f"DEFERRABLE {when}" if new.get("deferrable") else "NOT DEFERRABLE")
        if old.get("not_enforced") != new.get("not_enforced"):
            words.append("NOT ENFORCED" if new.get("not_enforced") else "ENFORCED")
        for word in words:
            table, name = dotted(*after.address.path[:-1]), ident(after.address.path[-1])
            sql = f"ALTER TABLE {table} ALTER CONSTRAINT {name} {word}"
            if word == "ENFORCED":
                yield Statement(sql, *self.danger(after, work), probe=self.probe(after, work))
            else:
                yield Statement(sql, Risk.CAUTION)

    def probe(self, obj: Object, work: Work) -> tuple[str, ...]:
        columns, target = obj.attributes["columns"], pointed_at(obj)
        there = f"from {own_rows(target, work)} r where {' and '.join(matches(obj, work)) or 'true'}"
        found = f"exists (select {there})"
        if obj.attributes.get("period"):
            mine, theirs = map(ident, pairs(obj)[-1])
            found = f"coalesce(t.{mine} <@ (select range_agg(r.{theirs}) {there}), false)"
        nulls = f"num_nulls({', '.join(f't.{ident(c)}' for c in columns)})"
        astray = f"{nulls} = 0 and not {found}"
        if obj.attributes.get("match") == "full":
            astray = f"({nulls} between 1 and {len(columns) - 1} or {astray})"
        return rows_where(Address("table", obj.address.path[:-1]), astray, work, own=True)

    def danger(self, obj: Object, work: Work) -> tuple[Risk, tuple[Hazard, ...]]:
        beside = (*(() if _indexed(obj, work) else (_UNINDEXED,)), *_of_other_types(obj, work))
        if obj.attributes.get("not_valid") or obj.attributes.get("not_enforced"):
            return Risk.CAUTION, beside
        message = "writes to both tables wait while all rows are checked, and a row without its match stops it"
        return Risk.DANGEROUS, (Hazard(codes.ADD_FOREIGN_KEY, message, in_use=True), *beside)


_UNINDEXED = Hazard(
    codes.FOREIGN_KEY_WITHOUT_INDEX,
    "no index begins with its columns: each DELETE from the other table, and each change of its key, reads this one",
    in_use=True,
)


def _of_other_types(obj: Object, work: Work) -> Iterator[Hazard]:
    """Says which columns have another type than those that they point at."""
    columns, target = obj.attributes["columns"], pointed_at(obj).path
    for mine, theirs in zip(columns, obj.attributes["references"].get("columns") or columns, strict=True):
        types = [
            str(found.attributes["type"]) if found else ""
            for found in (
                work.after(Address("column", (*obj.address.path[:-1], mine))),
                work.after(Address("column", (*target, theirs))),
            )
        ]
        if all(types) and types[0] != types[1]:
            said = f"{mine} is {types[0]}, and {theirs}, which it points at, {types[1]}"
            yield Hazard(codes.FOREIGN_KEY_OF_OTHER_TYPE, f"{said}: what fits the one may not fit the other")


def _indexed(obj: Object, work: Work) -> bool:
    """Whether the table that refers has an index, or a key, by which rows are found that refer to one."""
    columns = set(obj.attributes["columns"])
    for other in work.children(obj.parent, after=True) if obj.parent is not None else ():
        on = other.attributes.get("on") if other.address.kind == "index" else None
        on = other.attributes.get("columns") if other.address.kind in ("primary_key", "unique") else on
        if on and set(on[: len(columns)]) == columns and "where" not in other.attributes:
            return True
    return False


_ANY, _LEAVING = frozenset(Action), frozenset({Action.DROP})
_GOING, _COMING = frozenset({Action.DROP, Action.REPLACE}), frozenset({Action.CREATE, Action.REPLACE})


def _back(
    table: Address, changes: Mapping[Address, Change], live: Mapping[Address, Object], target: Mapping[Address, Object]
) -> frozenset[Address]:
    """The partitions of a table that leave it and come back, be it the key's own."""
    return frozenset(a for a, c in changes.items() if a.kind == "table" and table in comes_back_to(c, live, target))


def _parts(
    table: Address | None,
    changes: Mapping[Address, Change],
    objects: Mapping[Address, Object],
    actions: frozenset[Action],
) -> frozenset[Address]:
    """The partitions of a table, at any depth, that the plan does one of these things to."""
    whole = objects.get(table) if table else None
    if whole is None or "partition_by" not in whole.attributes:
        return frozenset()
    found = [o for a, c in changes.items() if c.action in actions and (o := objects.get(a)) is not None and is_part(o)]
    return frozenset(o.address for o in found if whole in all_above(o, objects.get))


KIND = ForeignKeyKind()
