"""Primary keys and unique constraints: the columns of one index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Address, Hazard, Object, Place, Risk, Statement, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.constraint import ConstraintKind, clustered
from faberdb_providers.postgres.kinds.constraint_clause import using_index
from faberdb_providers.postgres.kinds.in_the_way import rows_alike, rows_excluding
from faberdb_providers.postgres.kinds.index import create_index, key_of, the_cluster
from faberdb_providers.postgres.kinds.online.index import NEW, built, is_beside, set_apart, with_that
from faberdb_providers.postgres.kinds.replica_identity import identified_by
from faberdb_providers.postgres.kinds.storage import option_texts, stored_options
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import dotted, ident, object_name

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.key import KeySpec, PrimaryKeySpec


class KeyKind(ConstraintKind):
    """What primary keys and unique constraints share: the columns of one index."""

    shell = True
    created_inline = True
    in_use = "built beside"

    def columns(self, version: int) -> str:
        distinct = "x.indnullsnotdistinct" if version >= 15 else "false"
        return (
            "array(select a.attname::text from unnest(x.indkey) with ordinality u(num, pos) join pg_attribute a on"
            f" a.attrelid = k.conrelid and a.attnum = u.num where u.pos > x.indnkeyatts order by u.pos), {distinct},"
            " ic.reloptions, ts.spcname, x.indisclustered, c.relkind = 'p' and not x.indisvalid"
        )

    def joins(self, version: int) -> str:
        return (
            "join pg_index x on x.indexrelid = k.conindid join pg_class ic on ic.oid = k.conindid"
            " left join pg_tablespace ts on ts.oid = ic.reltablespace"
        )

    def own(self, schema: str, columns: list[str], period: bool, rest: Sequence[Any]) -> dict[str, Any]:
        include, not_distinct, opts, space, clustered, only = rest
        return {
            "columns": columns,
            "include": include or None,
            "nulls_not_distinct": not_distinct,
            "without_overlaps": period,
            "options": stored_options(opts),
            "tablespace": space,
            "clustered": clustered,
            "only": only,
        }

    def key(self, place: Place, spec: KeySpec, name: str) -> Iterator[Object]:
        fields = ("columns", "include", "nulls_not_distinct", "without_overlaps", "deferrable", "initially_deferred")
        attributes = {key: getattr(spec, key) for key in (*fields, "tablespace", "clustered", "only", "attached_to")}
        attributes["options"] = option_texts(spec.options)
        yield from self.on_table(place, spec, name, attributes, [*spec.columns, *(spec.include or ())])

    def mentions(self, obj: Object) -> Iterable[str]:
        return [obj.attributes["attached_to"]] if "attached_to" in obj.attributes else []

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield ("relation", obj.address.path[0], obj.address.path[-1])
        yield from the_cluster(obj)

    def offers(self, obj: Object) -> tuple[str, ...] | None:
        if {"deferrable", "only"} & obj.attributes.keys():
            return None
        return key_of(obj.address.path[:-1], obj.attributes["columns"])

    def probe(self, obj: Object, work: Work) -> tuple[str, ...]:
        table, columns = Address("table", obj.address.path[:-1]), [ident(c) for c in obj.attributes["columns"]]
        if obj.attributes.get("without_overlaps"):
            *same, period = columns
            # The server takes no empty period there, though it overlaps with nothing.
            on = [*((c, "=") for c in same), (period, "&&")]
            return rows_excluding(table, on, "", work, besides=f"isempty(t.{period})")
        return rows_alike(table, columns, "", work, with_nulls=bool(obj.attributes.get("nulls_not_distinct")))

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        if not is_beside(obj, work):
            yield from super().create(obj, inlined, work)
            return
        a, before = obj.attributes, work.before(obj.address)
        same = {key: a[key] for key in ("include", "nulls_not_distinct", "options", "tablespace") if key in a}
        index = obj._replace(attributes={"on": list(map(ident, a["columns"])), "unique": True, **same})
        built_so = create_index(set_apart(index, NEW), set(a["columns"]), concurrently=True)
        yield built(obj, built_so, self.probe(obj, work))
        if before is not None:
            yield from (statement._replace(afterwards=True) for statement in super().drop(before, work))
        clause = using_index(obj, set_apart(obj, NEW).address.path[-1])
        table = f"ALTER TABLE {dotted(*obj.address.path[:-1])}"
        added = f"{table} ADD CONSTRAINT {ident(obj.address.path[-1])} {clause}"
        yield Statement(added, Risk.CAUTION, afterwards=True, joined=before is not None)
        yield from with_that(clustered({}, obj))
        yield from with_that(identified_by(obj, work))

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        after = work.after(obj.address)
        if after is None or not is_beside(after, work):  # else it holds until what replaces it is built
            yield from super().drop(obj, work)

    def danger(self, obj: Object, work: Work) -> tuple[Risk, tuple[Hazard, ...]]:
        message = "the table is locked while the index is built, and rows that are alike stop it"
        return Risk.DANGEROUS, (Hazard(codes.ADD_KEY, message, in_use=True),)


class PrimaryKeyKind(KeyKind):
    """https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-PRIMARY-KEYS"""

    name = "primary_key"
    section = "primary_key"
    single = True
    Declared: Any = written("key", "PrimaryKeySpec")
    contype = "p"

    def declare(self, place: Place, name: str, spec: PrimaryKeySpec) -> Iterator[Object]:
        assert place.container is not None
        yield from self.key(place, spec, spec.name or object_name(place.container.path[-1], "", "pkey"))

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield from super().claims(obj)
        # A table has one, whatever its name. What ends in no name is no name that a text could mention.
        yield ("primary key", *obj.address.path[:-1], "")

    def write(self, obj: Object) -> Mapping[str, Any]:
        *_, table, name = obj.address.path
        return {**obj.attributes, **({} if name == object_name(table, "", "pkey") else {"name": name})}


class UniqueKind(KeyKind):
    """https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-UNIQUE-CONSTRAINTS"""

    name = "unique"
    section = "uniques"
    Declared: Any = written("key", "KeySpec")
    contype = "u"

    def declare(self, place: Place, name: str, spec: KeySpec) -> Iterator[Object]:
        yield from self.key(place, spec, name)


KINDS = (PrimaryKeyKind(), UniqueKind())
