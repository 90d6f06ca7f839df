"""What primary keys, unique, check, exclusion and foreign key constraints share: their reading, adding and dropping."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Action, Address, Hazard, Object, Place, Risk, Statement, Verdict, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, Row, compact
from faberdb_providers.postgres.kinds.column.beside import is_carried_along
from faberdb_providers.postgres.kinds.constraint_clause import definition
from faberdb_providers.postgres.kinds.index_reading import ABOVE, JOIN_ABOVE, made_by_server
from faberdb_providers.postgres.kinds.on_columns import OnColumns
from faberdb_providers.postgres.kinds.online.constraint import validated
from faberdb_providers.postgres.kinds.partition_index import (
    attach_index,
    made_alone,
    name_index,
    on_the_rest,
    part_dropped,
)
from faberdb_providers.postgres.kinds.replica_identity import identified_by
from faberdb_providers.postgres.kinds.storage import option_changes, place_changes
from faberdb_providers.postgres.names import dotted, ident, relative

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.base import Spec

_DROPPED = Hazard(codes.CONSTRAINT_DROPPED, "rows that it kept out can be written from the moment this commits")


class ConstraintKind(OnColumns):
    """What the five kinds of constraints have in common."""

    within: tuple[str, ...] = ("table",)
    sql_name = "CONSTRAINT"
    contype = ""
    dropped_inline = True
    validated = False
    """Whether the rows that are there can be looked at later, while others read and write."""

    def query(self, version: int) -> str:
        enforced = "not k.conenforced" if version >= 18 else "false"
        period = "k.conperiod" if version >= 18 else "false"
        local = {"c": "k.conislocal", "f": "k.conparentid = 0"}.get(self.contype, "true")
        above = ABOVE if self.contype in ("p", "u", "x") else "null, null, null, null, null"
        joins = JOIN_ABOVE if self.contype in ("p", "u", "x") else ""
        return (
            "select 'pg_constraint'::regclass::oid, k.oid, 0, n.nspname, c.relname, c.relkind::text, k.conname,"
            f" {above}, k.condeferrable,"
            f" k.condeferred, not k.convalidated, {enforced}, {period},"
            " array(select a.attname::text from unnest(k.conkey) with ordinality u(num, pos) join pg_attribute a on"
            f"  a.attrelid = k.conrelid and a.attnum = u.num order by u.pos), {self.columns(version)}"
            " from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace"
            f" {self.joins(version)} {joins} where k.contype = '{self.contype}' and {local} and {USER_SCHEMA}"
            " order by n.nspname, c.relname, k.conname"
        )

    def inlines(self, obj: Object) -> bool:
        # CREATE TABLE takes every constraint for valid, since the table has no rows yet.
        return self.created_inline and not {"not_valid", "clustered", "attached_to", "only"} & obj.attributes.keys()

    def columns(self, version: int) -> str:
        """What this kind selects beyond the common columns."""
        raise LookupError(self.name)

    def joins(self, version: int) -> str:
        return ""

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, table, relkind, name, *more = row
        above, (deferrable, deferred, invalid, unenforced, period, columns, *rest) = more[:5], more[5:]
        common = {
            "deferrable": deferrable,
            "initially_deferred": deferred,
            "not_valid": invalid and not unenforced,
            "not_enforced": unenforced,
        }
        own = self.own(schema, columns, period, rest)
        attributes = compact({**own, **common})
        if above[0]:
            attributes["attached_to"] = relative(schema, tuple(above[:2]))
            if made_by_server(self.name, table, name, attributes, above):
                return None
        parent = Address("foreign_table" if relkind == "f" else "table", (schema, table))
        return (classid, oid, 0), Object(Address(self.name, (schema, table, name)), attributes, parent)

    def own(self, schema: str, columns: list[str], period: bool, rest: Sequence[Any]) -> dict[str, Any]:
        """The attributes of this kind alone."""
        raise LookupError(self.name)

    def compare(self, before: Object, after: Object) -> Verdict | None:
        old, new = dict(before.attributes), dict(after.attributes)
        if old == new:
            return None
        if old.pop("not_valid", False) and "not_valid" not in new and old == new:
            return Verdict(Action.ALTER, "it is validated")
        for side in (old, new):
            side.pop("options", None)
            side.pop("clustered", None)
            side.pop("tablespace", None)
        if "attached_to" not in old:
            new.pop("attached_to", None)
        if "only" not in new and old.pop("only", False) and old == new:
            return Verdict(Action.ALTER, "partitions that have no such key get one")
        if old == new and self.contype in ("p", "u", "x"):
            return Verdict(Action.ALTER, "only its storage changes")
        return Verdict(Action.REPLACE, "a constraint cannot be altered in place")

    def identity(self, obj: Object) -> str:
        return f"CONSTRAINT {ident(obj.address.path[-1])} ON {dotted(*obj.address.path[:-1])}"

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        if self._carried(obj, work):
            yield validated(obj, self.probe(obj, work), later=True)
            return
        if "attached_to" in obj.attributes and not made_alone(obj, work):
            yield name_index(obj)
            yield from clustered({}, obj)
            yield from identified_by(obj, work)
            return
        before = work.before(obj.address)
        rest = before is not None and "only" in before.attributes and "only" not in obj.attributes
        # The keys of partitions that are attached to it are made one by one, as if it had stayed.
        made = obj._replace(attributes={**obj.attributes, "only": True}) if rest else obj
        unchecked = {"not_valid", "not_enforced", "only"} & made.attributes.keys()
        if not unchecked and before is None and self.later(obj, work):
            held = made._replace(attributes={**made.attributes, "not_valid": True})
            yield Statement(_added(held), *self.danger(held, work))
            yield validated(made, self.probe(obj, work), later=True)
            return
        yield Statement(_added(made), *self.danger(obj, work), probe=() if unchecked else self.probe(obj, work))
        if rest:
            yield from on_the_rest(obj, work, _added, anew=True)
        if "attached_to" in obj.attributes:
            yield attach_index(obj)
        yield from clustered({}, obj)
        yield from identified_by(obj, work)

    def _carried(self, obj: Object, work: Work) -> bool:
        """Whether it goes along with a column that takes another type, and only its rows are still to be looked at."""
        there = work.before(obj.address) is not None and work.after(obj.address) is not None
        return self.validated and there and is_carried_along(obj, work)

    def later(self, obj: Object, work: Work) -> bool:
        """Whether rows are looked at after all else is done."""
        return self.validated and obj.parent is not None and work.online(obj.parent)

    def danger(self, obj: Object, work: Work) -> tuple[Risk, tuple[Hazard, ...]]:
        """Risk of adding the constraint to a table that has rows."""
        if obj.attributes.get("not_valid") or obj.attributes.get("not_enforced"):
            return Risk.CAUTION, ()
        return Risk.DANGEROUS, (
            Hazard(
                codes.ADD_CONSTRAINT,
                "the table is locked while all rows are checked, and a row that fails stops it",
                in_use=True,
            ),
        )

    def probe(self, obj: Object, work: Work) -> tuple[str, ...]:
        """A query for up to five rows that the constraint refuses."""
        return ()

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        unchecked = after.attributes.get("not_valid") or after.attributes.get("not_enforced")
        if before.attributes.get("not_valid") and not unchecked:
            yield validated(after, self.probe(after, work), later=self.later(after, work))
        if "only" in before.attributes and "only" not in after.attributes:
            yield from on_the_rest(after, work, _added)
        if "attached_to" in after.attributes and "attached_to" not in before.attributes:
            yield attach_index(after)
        yield from clustered(before.attributes, after)
        index = f"ALTER INDEX {dotted(after.address.path[0], after.address.path[-1])}"
        old, new = before.attributes, after.attributes
        yield from option_changes(index, old.get("options", {}), new.get("options", {}))
        yield from place_changes(index, old, new)

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        if self._carried(obj, work):
            return
        if "attached_to" in obj.attributes:
            yield from part_dropped(obj, work)
            return
        table = dotted(*obj.address.path[:-1])
        hazards = (_DROPPED,) if work.after(obj.address) is None else ()
        yield Statement(f"ALTER TABLE {table} DROP CONSTRAINT {ident(obj.address.path[-1])}", Risk.CAUTION, hazards)

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        old, new = ident(before.address.path[-1]), ident(after.address.path[-1])
        yield Statement(
            f"ALTER TABLE {dotted(*after.address.path[:-1])} RENAME CONSTRAINT {old} TO {new}", Risk.CAUTION
        )

    def on_table(
        self,
        place: Place,
        spec: Spec,
        name: str,
        attributes: Mapping[str, Any],
        columns: Sequence[str] = (),
        references: Iterable[Address] = (),
    ) -> Iterator[Object]:
        """The declared constraint `name` of the table it is written in."""
        table = place.container
        assert table is not None
        needed = [*(Address("column", (*table.path, c)) for c in columns), *references]
        yield from self.made(place, spec, Address(self.name, (*table.path, name)), attributes, table, needed)


def _added(obj: Object) -> str:
    table = ("ONLY " if "only" in obj.attributes else "") + dotted(*obj.address.path[:-1])
    return f"ALTER TABLE {table} ADD CONSTRAINT {ident(obj.address.path[-1])} {definition(obj)}"


def clustered(old: Mapping[str, Any], after: Object) -> Iterator[Statement]:
    """Whether CLUSTER goes by the index of a constraint, where it did not or did so far."""
    table, name = dotted(*after.address.path[:-1]), ident(after.address.path[-1])
    if after.attributes.get("clustered") and not old.get("clustered"):
        yield Statement(f"ALTER TABLE {table} CLUSTER ON {name}", Risk.CAUTION)
    elif old.get("clustered") and not after.attributes.get("clustered"):
        yield Statement(f"ALTER TABLE {table} SET WITHOUT CLUSTER", Risk.CAUTION)
