"""Publications, and what is published: a table or schema is a member of its own, so that a table's change takes only
that one out and puts it back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from faberdb.model import Address, Object, Risk, Statement, Work
from faberdb_providers.postgres.kinds.background import BackgroundKind
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, Row, compact
from faberdb_providers.postgres.names import dotted, ident, identifiers

_PUBLISHED = ("insert", "update", "delete", "truncate")


class PublicationKind(BackgroundKind):
    """`CREATE PUBLICATION`; https://www.postgresql.org/docs/current/logical-replication-publication.html"""

    name = "publication"

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
            "publish": ", ".join(what for what, is_so in zip(_PUBLISHED, published, strict=True) if is_so),
            "publish_via_partition_root": via_root,
            "publish_generated_columns": "stored" if generated == "s" else None,
        }
        return (classid, oid, 0), Object(Address(self.name, (name,)), compact(attributes))

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        a = obj.attributes
        settings = [f"publish = '{a['publish']}'"]
        if a.get("publish_via_partition_root"):
            settings.append("publish_via_partition_root = true")
        if "publish_generated_columns" in a:
            settings.append(f"publish_generated_columns = {a['publish_generated_columns']}")
        everything = " FOR ALL TABLES" if a.get("all_tables") else ""
        yield Statement(f"CREATE PUBLICATION {ident(obj.address.path[0])}{everything} WITH ({', '.join(settings)})")


class _Member(BackgroundKind):
    what = "TABLE"
    rebuilt_on_type_change = True  # the server refuses, for the sake of row filters and column lists

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        publication, *path = obj.address.path
        a = obj.attributes
        columns = f" ({identifiers(a['columns'])})" if "columns" in a else ""
        where = f" WHERE {a['where']}" if "where" in a else ""
        only = "ONLY " if self.what == "TABLE" else ""
        yield Statement(f"ALTER PUBLICATION {ident(publication)} ADD {self.what} {only}{dotted(*path)}{columns}{where}")

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        publication, *path = obj.address.path
        only = "ONLY " if self.what == "TABLE" else ""
        yield Statement(
            f"ALTER PUBLICATION {ident(publication)} DROP {self.what} {only}{dotted(*path)}", Risk.DANGEROUS
        )


class PublishedTableKind(_Member):
    """A table of a publication, with its row filter and column list."""

    name = "published_table"
    texts = ("where",)

    def query(self, version: int) -> str:
        filtered = (
            "pg_get_expr(r.prqual, r.prrelid), (select json_agg(a.attname order by u.pos) from unnest(r.prattrs) with"
            " ordinality u(num, pos) join pg_attribute a on a.attrelid = r.prrelid and a.attnum = u.num)"
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
        where = where if where is None or where.startswith("(") else f"({where})"
        address = Address(self.name, (publication, schema, table))
        return (classid, oid, 0), Object(
            address, compact({"columns": columns, "where": where}), Address("table", (schema, table))
        )


class PublishedSchemaKind(_Member):
    """A schema all of whose tables a publication holds (PostgreSQL 15)."""

    name = "published_schema"
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
        return (classid, oid, 0), Object(Address(self.name, (publication, schema)), {}, Address("schema", (schema,)))


KINDS = (PublicationKind(), PublishedTableKind(), PublishedSchemaKind())
