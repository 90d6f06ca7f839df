"""Indexes that are no constraint's: their elements as CREATE INDEX writes them, their storage, and whether they are
valid, since a failed concurrent build leaves one behind that no query uses."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Action, Address, Hazard, Object, Place, Risk, Statement, Verdict, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, Row, compact
from faberdb_providers.postgres.kinds.in_the_way import rows_alike
from faberdb_providers.postgres.kinds.index_reading import ABOVE, ALL_ELEMENTS, JOIN_ABOVE, made_by_server
from faberdb_providers.postgres.kinds.on_columns import OnColumns
from faberdb_providers.postgres.kinds.online.index import (
    HALF_DONE,
    NEW,
    built,
    dropped,
    given_up,
    goes_beside,
    is_beside,
    named,
    set_apart,
    with_that,
)
from faberdb_providers.postgres.kinds.online.materialized_view import goes_along, on_the_second
from faberdb_providers.postgres.kinds.partition_index import (
    attach_index,
    made_alone,
    name_index,
    on_the_rest,
    part_dropped,
    upper_index,
)
from faberdb_providers.postgres.kinds.replica_identity import identified_by
from faberdb_providers.postgres.kinds.storage import option_changes, option_texts, place_changes, stored_options
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import (
    column_of,
    dotted,
    ident,
    identifiers,
    is_word,
    misread,
    options,
    relative,
    unquoted,
)
from faberdb_providers.postgres.pattern import pattern

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.index import IndexSpec

_COLUMN = pattern(r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)(?= |$)')
"""An element of an index that is a column, less what follows it: operator class, collation, order."""
_COLLATION = pattern(r' COLLATE (?:(?:"(?:[^"]|"")+"|[\w$]+)\.)?(?:"(?:[^"]|"")+"|[\w$]+)')


def key_of(table: Sequence[str], columns: Iterable[str]) -> tuple[str, ...]:
    """What the keys of a table over the same columns, in whatever order, are to a foreign key: it takes the first that
    was made (transformFkeyCheckAttrs of PostgreSQL), and hangs on that from then on."""
    return (*table, *sorted(columns))


def the_cluster(obj: Object) -> Iterator[tuple[str, ...]]:
    """What an index or key claims by which CLUSTER goes: SET WITHOUT CLUSTER names no index, so one that lets go of it
    does so before another takes it. What ends in no name is no name that a text could mention."""
    if obj.attributes.get("clustered"):
        yield ("clustered", *obj.address.path[:-1], "")


_DROPPED = Hazard(codes.INDEX_DROPPED, "queries that it serves are slower from the moment this commits", in_use=True)
_REPLACED = Hazard(codes.INDEX_REPLACED, "queries do without it until it is built anew", in_use=True)


class IndexKind(OnColumns):
    """`CREATE INDEX`; https://www.postgresql.org/docs/current/sql-createindex.html"""

    name = "index"
    section = "indexes"
    within = ("table", "materialized_view")
    Declared: Any = written("index", "IndexSpec")
    dropped_inline = True
    texts = ("on", "where")
    in_use = "built beside"
    flaws: Mapping[str, str] = {"invalid": "a failed build left it invalid, so queries do not use it"}

    def query(self, version: int) -> str:
        distinct = "x.indnullsnotdistinct" if version >= 15 else "false"
        return (
            "select 'pg_class'::regclass::oid, c.oid, 0, n.nspname, tc.relname, tc.relkind::text, c.relname,"
            " e.elements, x.indisunique, pg_get_expr(x.indpred, x.indrelid),"
            " (select am.amname from pg_am am where am.oid = c.relam),"
            " case when x.indnatts > x.indnkeyatts then array(select a.attname::text"
            "  from unnest(x.indkey) with ordinality u(num, pos) join pg_attribute a on"
            "  a.attrelid = x.indrelid and a.attnum = u.num where u.pos > x.indnkeyatts order by u.pos) end,"
            f" {distinct}, c.reloptions,"
            " (select ts.spcname from pg_tablespace ts where ts.oid = c.reltablespace), x.indisclustered, x.indisvalid,"
            " case when x.indexprs is not null then (select array_agg(array[sa.attnum::text, sa.attstattarget::text]"
            "  order by sa.attnum) from pg_attribute sa where sa.attrelid = c.oid and sa.attstattarget >= 0) end,"
            f" tc.relkind = 'p', {ABOVE}"
            " from pg_index x join pg_class c on c.oid = x.indexrelid join pg_class tc on tc.oid = x.indrelid"
            " join pg_namespace n on n.oid = tc.relnamespace"
            f" join ({ALL_ELEMENTS}) e on e.indexrelid = c.oid"
            f" {JOIN_ABOVE} where tc.relkind in ('r', 'p', 'm') and {USER_SCHEMA}"
            " and not exists (select from pg_constraint k where k.conindid = c.oid and k.contype in ('p', 'u', 'x'))"
            f" and not ({HALF_DONE})"
            " order by n.nspname, tc.relname, c.relname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, table, kind, name, on, unique, where, method, include, not_distinct, *rest = row
        opts, space, clustered, valid, statistics, partitioned, *above = rest
        attributes = compact(
            {
                "on": on,
                "unique": unique,
                "where": where,
                "using": None if method == "btree" else method,
                "include": include or None,
                "nulls_not_distinct": not_distinct,
                "options": stored_options(opts),
                "tablespace": space,
                "clustered": clustered,
                "statistics": {number: int(target) for number, target in statistics or ()},
                "invalid": not valid and not partitioned,
                "only": not valid and partitioned,
            }
        )
        if above[0]:
            attributes["attached_to"] = relative(schema, tuple(above[:2]))
            if made_by_server(self.name, table, name, attributes, above):
                return None
        parent = Address("materialized_view" if kind == "m" else "table", (schema, table))
        return (classid, oid, 0), Object(Address(self.name, (schema, table, name)), attributes, parent)

    def declare(self, place: Place, name: str, spec: IndexSpec) -> Iterator[Object]:
        parent = place.container
        assert parent is not None
        fields = ("on", "unique", "where", "include", "nulls_not_distinct", "tablespace", "clustered", "statistics")
        attributes = {key: getattr(spec, key) for key in (*fields, "only", "attached_to")}
        attributes["using"] = None if spec.using == "btree" else spec.using
        attributes["options"] = option_texts(spec.options)
        yield from self.made(place, spec, Address(self.name, (*parent.path, name)), attributes, parent)

    def write(self, obj: Object) -> Mapping[str, Any]:
        # A name that is more than one word stands as in SQL: it could be taken for an expression.
        names = [(unquoted(element) or "", element) for element in obj.attributes["on"]]
        on = [name if is_word(name) else element for name, element in names]
        return {**{k: v for k, v in obj.attributes.items() if k != "invalid"}, "on": on}

    def mentions(self, obj: Object) -> Iterable[str]:
        return [
            *obj.attributes["on"],
            *(obj.attributes[k] for k in ("where", "using", "attached_to") if k in obj.attributes),
        ]

    def fault(self, obj: Object) -> str:
        return misread(super().fault(obj), obj.attributes["on"])

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield ("relation", obj.address.path[0], obj.address.path[-1])
        yield from the_cluster(obj)

    def offers(self, obj: Object) -> tuple[str, ...] | None:
        columns = [plain.group() for on in obj.attributes["on"] if (plain := _COLUMN.match(on))]
        if not obj.attributes.get("unique") or {"where", "invalid", "only"} & obj.attributes.keys():
            return None
        if len(columns) < len(obj.attributes["on"]):
            return None
        return key_of(obj.address.path[:-1], [unquoted(column) or column for column in columns])

    def compare(self, before: Object, after: Object) -> Verdict | None:
        old, new = dict(before.attributes), dict(after.attributes)
        if old == new:
            return None
        if "invalid" in old:
            return Verdict(Action.REPLACE, f"repairs it: {self.flaws['invalid']}")
        for side in (old, new):
            for key in ("options", "tablespace", "clustered", "statistics"):
                side.pop(key, None)
        if "attached_to" not in old:
            new.pop("attached_to", None)
        if "only" not in new:
            old.pop("only", None)
        if old == new:
            return Verdict(Action.ALTER)
        return Verdict(Action.REPLACE, "an index cannot be altered in place")

    def identity(self, obj: Object) -> str:
        return f"INDEX {dotted(obj.address.path[0], obj.address.path[-1])}"

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        hazard = Hazard(codes.INDEX_BUILD, "writes to the table wait until the index is built", in_use=True)
        columns = columns_of(obj, work)
        probe: tuple[str, ...] = ()
        if "attached_to" in obj.attributes and not made_alone(obj, work):
            whole = upper_index(obj, work.after)
            yield name_index(obj)
            above = whole.attributes if whole else {}
            came = {key: above[key] for key in ("options", "tablespace") if key in above}
            yield from self.settings(Object(obj.address, {"on": obj.attributes["on"], **came}), obj)
            yield from identified_by(obj, work)
            return
        if obj.attributes.get("unique") and "only" not in obj.attributes:
            on = [compared(as_element(columns)(element)) for element in obj.attributes["on"]]
            table, where = Address("table", obj.address.path[:-1]), str(obj.attributes.get("where", ""))
            probe = rows_alike(table, on, where, work, with_nulls=bool(obj.attributes.get("nulls_not_distinct")))
        before = work.before(obj.address)
        if goes_along(obj, work):
            second = on_the_second(obj)
            yield Statement(create_index(second, columns), afterwards=True, beforehand=True)
            made = dotted(obj.address.path[0], second.address.path[-1])
            yield Statement(f"ALTER INDEX {made} RENAME TO {ident(obj.address.path[-1])}")
            return
        if is_beside(obj, work):
            yield from self._beside(obj, columns, probe, work)
            return
        if before is not None and "only" in before.attributes and "only" not in obj.attributes:
            # The indexes of partitions that are attached to it are made one by one, as if it had stayed.
            alone_now = Object(obj.address, {**obj.attributes, "only": True}, obj.parent)
            yield Statement(create_index(alone_now, columns), Risk.DANGEROUS, (hazard,), probe=probe)
            yield from on_the_rest(obj, work, lambda part: create_index(part, columns), anew=True)
        else:
            yield Statement(create_index(obj, columns), Risk.DANGEROUS, (hazard,), probe=probe)
        yield from self.settings(Object(obj.address, {"options": obj.attributes.get("options", {})}), obj)
        if "attached_to" in obj.attributes:
            yield attach_index(obj)
        yield from identified_by(obj, work)

    def _beside(self, obj: Object, columns: set[str], probe: tuple[str, ...], work: Work) -> Iterator[Statement]:
        yield built(obj, create_index(set_apart(obj, NEW), columns, concurrently=True), probe)
        yield from named(obj, work)
        yield from with_that(self.settings(Object(obj.address, {"options": obj.attributes.get("options", {})}), obj))
        yield from with_that(identified_by(obj, work))
        if work.before(obj.address) is not None:
            yield dropped(obj)

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        yield from self.settings(before, after)
        if "only" in before.attributes and "only" not in after.attributes:
            columns = columns_of(after, work)
            yield from on_the_rest(after, work, lambda part: create_index(part, columns))
        if "attached_to" in after.attributes and "attached_to" not in before.attributes:
            yield attach_index(after)

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        if "attached_to" in obj.attributes:
            yield from part_dropped(obj, work)
        elif (after := work.after(obj.address)) is not None and is_beside(after, work):
            return  # it serves until the one that replaces it is built
        elif after is None and goes_beside(obj, work):
            yield given_up(obj, (_DROPPED,))
            yield dropped(obj)
        else:
            hazard = _DROPPED if work.after(obj.address) is None else _REPLACED
            yield Statement(f"DROP {self.identity(obj)}", Risk.CAUTION, (hazard,))

    def settings(self, before: Object, after: Object) -> Iterator[Statement]:
        """What ALTER INDEX and CLUSTER ON set."""
        old, new = before.attributes, after.attributes
        alter = f"ALTER {self.identity(after)}"
        yield from option_changes(alter, old.get("options", {}), new.get("options", {}))
        if "on" in old:
            yield from place_changes(alter, old, new)
        table = "MATERIALIZED VIEW" if after.parent and after.parent.kind == "materialized_view" else "TABLE"
        name = f"ALTER {table} {dotted(*after.address.path[:-1])}"
        if new.get("clustered") and not old.get("clustered"):
            yield Statement(f"{name} CLUSTER ON {ident(after.address.path[-1])}", Risk.CAUTION)
        elif old.get("clustered") and not new.get("clustered"):
            yield Statement(f"{name} SET WITHOUT CLUSTER", Risk.CAUTION)
        targets, before_targets = new.get("statistics", {}), old.get("statistics", {})
        for number in sorted({*targets, *before_targets}, key=int):
            if targets.get(number) != before_targets.get(number):
                yield Statement(f"{alter} ALTER COLUMN {number} SET STATISTICS {targets.get(number, -1)}")

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        name = dotted(after.address.path[0], before.address.path[-1])
        yield Statement(f"ALTER INDEX {name} RENAME TO {ident(after.address.path[-1])}", Risk.CAUTION)


def columns_of(index: Object, work: Work) -> set[str]:
    """The columns that its table declares; of a partition, a child or a materialized view not those from elsewhere."""
    beside = work.children(index.parent, after=True) if index.parent else ()
    return {o.address.path[-1] for o in beside if o.address.kind == "column"}


def as_element(columns: Collection[str]) -> Callable[[str], str]:
    """Elements that are a column's name become identifiers; all else is SQL already."""
    return lambda element: column_of(element, columns) or element


def compared(element: str) -> str:
    """What of an element rows are compared by: less its operator class and its order."""
    column = _COLUMN.match(element)
    value = column.group() if column else element[: element.rfind(")") + 1] or element
    collation = _COLLATION.match(element, len(value))
    return value + (collation.group() if collation else "")


def create_index(obj: Object, columns: set[str], *, concurrently: bool = False) -> str:
    """CREATE INDEX, in the order its grammar has."""
    a = obj.attributes
    words = ["CREATE UNIQUE INDEX" if a.get("unique") else "CREATE INDEX"]
    words += ["CONCURRENTLY"] if concurrently else []
    words += [ident(obj.address.path[-1]), "ON"]
    words += [("ONLY " if a.get("only") else "") + dotted(*obj.address.path[:-1])]
    if a.get("using"):
        words += ["USING", ident(a["using"])]
    words.append("(" + ", ".join(map(as_element(columns), a["on"])) + ")")
    if a.get("include"):
        words.append(f"INCLUDE ({identifiers(a['include'])})")
    if a.get("nulls_not_distinct"):
        words.append("NULLS NOT DISTINCT")
    if a.get("options"):
        words.append(f"WITH ({options(a['options'])})")
    if a.get("tablespace"):
        words.append(f"TABLESPACE {ident(a['tablespace'])}")
    if a.get("where"):
        words.append(f"WHERE {a['where']}")
    return " ".join(words)


KIND = IndexKind()
