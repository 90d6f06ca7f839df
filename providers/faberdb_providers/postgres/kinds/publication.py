"""Publications, and what is published: a table or schema is a member of its own, so that a table's change takes only
that one out and puts it back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Action, Address, Hazard, Object, Place, Risk, Statement, Verdict, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, PostgresKind, Row, compact
from faberdb_providers.postgres.kinds.undisturbed import identified
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import dotted, ident, identifiers, literal, resolve

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.publication import PublicationSpec, PublishedSchemaSpec, PublishedTableSpec

PUBLISHED = ("insert", "update", "delete", "truncate")
_HAZARD = Hazard(codes.PUBLICATION, "subscribers get other rows from the moment this commits, or stop with an error")

_UNKNOWN = (
    Hazard(
        codes.PUBLISHED_CHANGES,
        "from the moment this commits, UPDATE and DELETE fail in a published table that has neither a primary key nor"
        " another replica identity",
    ),
)


def publishes_changes(publication: Object) -> bool:
    """Whether updates or deletes are published, for which rows have to be known again."""
    return bool({"update", "delete"} & set(publication.attributes.get("publish", PUBLISHED)))


class PublicationKind(PostgresKind):
    """`CREATE PUBLICATION`; https://www.postgresql.org/docs/current/sql-createpublication.html"""

    name = "publication"
    everywhere = True
    section = "publications"
    Declared: Any = written("publication", "PublicationSpec")

    def query(self, version: int) -> str:
        generated = "p.pubgencols::text" if version >= 18 else "null"
        return (
            "select 'pg_publication'::regclass::oid, p.oid, 0, p.pubname, p.puballtables, p.pubviaroot, p.pubinsert,"
            f" p.pubupdate, p.pubdelete, p.pubtruncate, {generated} from pg_publication p"
            " where p.oid >= 16384 order by p.pubname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, name, all_tables, via_root, *published, generated = row
        attributes = {
            "all_tables": all_tables,
            "publish": _unusual([what for what, is_so in zip(PUBLISHED, published, strict=True) if is_so]),
            "publish_via_partition_root": via_root,
            "publish_generated_columns": "stored" if generated == "s" else None,
        }
        return (classid, oid, 0), Object(Address(self.name, (name,)), compact(attributes))

    def declare(self, place: Place, name: str, spec: PublicationSpec) -> Iterator[Object]:
        attributes = {
            "all_tables": spec.all_tables,
            "publish": _unusual([what for what in PUBLISHED if spec.publish is None or what in spec.publish]),
            "publish_via_partition_root": spec.publish_via_partition_root,
            "publish_generated_columns": None if spec.publish_generated_columns == "none" else "stored",
        }
        yield from self.made(place, spec, Address(self.name, (name,)), attributes)

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield ("publication", *obj.address.path)

    def compare(self, before: Object, after: Object) -> Verdict | None:
        if before.attributes == after.attributes:
            return None
        if before.attributes.get("all_tables") != after.attributes.get("all_tables"):
            return Verdict(Action.REPLACE, "ALTER PUBLICATION cannot change FOR ALL TABLES")
        return Verdict(Action.ALTER)

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        everything = " FOR ALL TABLES" if obj.attributes.get("all_tables") else ""
        known = _UNKNOWN if everything and publishes_changes(obj) else ()
        settings = ", ".join(f"{key} = {value}" for key, value in _settings(obj.attributes, {}))
        yield Statement(
            f"CREATE PUBLICATION {ident(obj.address.path[0])}{everything}{settings and f' WITH ({settings})'}",
            Risk.DANGEROUS if known else Risk.SAFE,
            known,
        )

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        settings = ", ".join(f"{key} = {value}" for key, value in _settings(after.attributes, before.attributes))
        yield Statement(f"ALTER {self.identity(after)} SET ({settings})", Risk.DANGEROUS, (_HAZARD,))

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        hazard = Hazard(
            codes.PUBLICATION_DROP,
            "its subscribers get nothing through it from the moment this commits, or stop with an error",
        )
        yield Statement(f"DROP {self.identity(obj)}", Risk.DANGEROUS, (hazard,))


def _unusual(published: list[str]) -> list[str] | None:
    return None if published == list(PUBLISHED) else published


def _settings(new: Mapping[str, Any], old: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The parameters, as WITH and SET write them, in which two publications differ."""
    if old.get("publish") != new.get("publish"):
        yield "publish", literal(", ".join(new.get("publish", PUBLISHED)))
    if old.get("publish_via_partition_root") != new.get("publish_via_partition_root"):
        yield "publish_via_partition_root", "true" if new.get("publish_via_partition_root") else "false"
    if old.get("publish_generated_columns") != new.get("publish_generated_columns"):
        yield "publish_generated_columns", new.get("publish_generated_columns", "none")


class _Member(PostgresKind):
    within = ("publication",)
    renamable = False
    dropped_inline = True
    what = "TABLE"

    def member(self, obj: Object) -> str:
        """What is published, as SQL names it."""
        raise LookupError(self.name)

    def identified(self, obj: Object, work: Work) -> bool:
        """Whether all rows that are published can be known again by their subscribers, for certain."""
        return False

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        a = obj.attributes
        columns = f" ({identifiers(a['columns'])})" if "columns" in a else ""
        where = f" WHERE ({a['where']})" if "where" in a else ""
        sql = f"ALTER PUBLICATION {ident(obj.address.path[0])} ADD {self.what} {self.member(obj)}{columns}{where}"
        publication = work.after(obj.parent) if obj.parent else None
        told = publication is not None and publishes_changes(publication) and not self.identified(obj, work)
        yield Statement(sql, Risk.DANGEROUS if told else Risk.CAUTION, _UNKNOWN if told else ())

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        sql = f"ALTER PUBLICATION {ident(obj.address.path[0])} DROP {self.what} {self.member(obj)}"
        yield Statement(sql, Risk.DANGEROUS, (_HAZARD,))

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        return ()


class PublishedTableKind(_Member):
    """https://www.postgresql.org/docs/current/logical-replication-row-filter.html"""

    name = "published_table"
    section = "tables"
    Declared: Any = written("publication", "PublishedTableSpec")
    texts = ("where",)
    rebuilt_on_type_change = True  # the server refuses, for the sake of row filters and column lists

    def own_names(self, address: Address) -> Iterable[str]:
        return address.path[:-1]  # the last is the table's whole name, put together

    def query(self, version: int) -> str:
        filtered = (
            "pg_get_expr(r.prqual, r.prrelid), (select json_agg(a.attname order by a.attname)"
            " from unnest(r.prattrs) u (num) join pg_attribute a on a.attrelid = r.prrelid and a.attnum = u.num)"
        )
        return (
            "select 'pg_publication_rel'::regclass::oid, r.oid, 0, p.pubname, n.nspname, c.relname,"
            f" {filtered if version >= 15 else 'null, null'} from pg_publication_rel r"
            " join pg_publication p on p.oid = r.prpubid join pg_class c on c.oid = r.prrelid"
            " join pg_namespace n on n.oid = c.relnamespace"
            f" where {USER_SCHEMA} order by p.pubname, n.nspname, c.relname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, publication, schema, table, where, columns = row
        address = Address(self.name, (publication, dotted(schema, table)))
        attributes = compact({"columns": columns, "where": where})
        return (classid, oid, 0), Object(address, attributes, Address("publication", (publication,)))

    def declare(self, place: Place, name: str, spec: PublishedTableSpec) -> Iterator[Object]:
        above = place.container
        assert above is not None
        table = resolve(place.schema, name)
        address = Address(self.name, (*above.path, dotted(*table.path)))
        needs = [table, *(Address("column", (*table.path, c)) for c in spec.columns or ())]
        yield from self.made(place, spec, address, {"columns": spec.columns, "where": spec.where}, above, needs)

    def write(self, obj: Object) -> Mapping[str, Any]:
        return obj.attributes

    def mentions(self, obj: Object) -> Iterable[str]:
        return [obj.attributes["where"]] if "where" in obj.attributes else []

    def compare(self, before: Object, after: Object) -> Verdict | None:
        old, new = dict(before.attributes), dict(after.attributes)
        for side in (old, new):  # the server keeps the columns as a set
            side["columns"] = sorted(side.get("columns") or ())
        if old == new:
            return None
        return Verdict(Action.REPLACE, "its filter or its columns change: it is taken out and put in again")

    def fragments(self, obj: Object) -> Iterable[str]:
        return [obj.address.path[1]]

    def member(self, obj: Object) -> str:
        return f"ONLY {obj.address.path[1]}"

    def identified(self, obj: Object, work: Work) -> bool:
        tables = [t for a in obj.references if a.kind == "table" and (t := work.after(a)) is not None]
        return bool(tables) and all(identified(table, work, after=True) for table in tables)


class PublishedSchemaKind(_Member):
    """https://www.postgresql.org/docs/current/sql-createpublication.html"""

    name = "published_schema"
    everywhere = True
    since = 15
    section = "schemas"
    Declared: Any = written("publication", "PublishedSchemaSpec")
    what = "TABLES IN SCHEMA"

    def query(self, version: int) -> str:
        if version < 15:
            return "select null, null, null, null, null where false"
        return (
            "select 'pg_publication_namespace'::regclass::oid, m.oid, 0, p.pubname, n.nspname"
            " from pg_publication_namespace m join pg_publication p on p.oid = m.pnpubid"
            " join pg_namespace n on n.oid = m.pnnspid order by p.pubname, n.nspname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, publication, schema = row
        above = Address("publication", (publication,))
        # The server's records of what needs the schema public are as good as none, since it is a schema of its own.
        needs = frozenset({Address("schema", (schema,))})
        return (classid, oid, 0), Object(Address(self.name, (publication, schema)), {}, above, needs)

    def declare(self, place: Place, name: str, spec: PublishedSchemaSpec) -> Iterator[Object]:
        above = place.container
        assert above is not None
        yield from self.made(
            place, spec, Address(self.name, (*above.path, name)), {}, above, [Address("schema", (name,))]
        )

    def member(self, obj: Object) -> str:
        return ident(obj.address.path[1])


KINDS = (PublicationKind(), PublishedTableKind(), PublishedSchemaKind())
