"""Foreign tables: the server they are on and its options. Columns, defaults and checks are objects of their own, as
they are of tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Action, Address, Hazard, Object, Place, Risk, Statement, Verdict, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, Row, compact
from faberdb_providers.postgres.kinds.column.clause import beyond
from faberdb_providers.postgres.kinds.column.inherited import none_given, without_default
from faberdb_providers.postgres.kinds.descendant import Descendant
from faberdb_providers.postgres.kinds.foreign import (
    declared_options,
    disclosed,
    option_moves,
    options_clause,
    with_secrets,
    written_options,
)
from faberdb_providers.postgres.kinds.granting import bare
from faberdb_providers.postgres.kinds.lineage import not_null_names
from faberdb_providers.postgres.kinds.partition import join
from faberdb_providers.postgres.kinds.table import body, descent
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import ident, qualified, relative, resolve

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.foreign_table import ForeignTableSpec


class ForeignTableKind(Descendant):
    """`CREATE FOREIGN TABLE`; https://www.postgresql.org/docs/current/sql-createforeigntable.html"""

    name = "foreign_table"
    section = "foreign_tables"
    Declared: Any = written("foreign_table", "ForeignTableSpec")
    sql_name = "FOREIGN TABLE"
    texts = ("bound",)

    def query(self, version: int) -> str:
        return (
            "select 'pg_class'::regclass::oid, c.oid, 0, n.nspname, c.relname, s.srvname, f.ftoptions,"
            " case when c.relispartition then pg_get_expr(c.relpartbound, c.oid) end,"
            " array(select array[pn.nspname::text, p.relname::text] from pg_inherits i"
            "  join pg_class p on p.oid = i.inhparent join pg_namespace pn on pn.oid = p.relnamespace"
            f"  where i.inhrelid = c.oid order by i.inhseqno), {not_null_names(version)}"
            " from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " join pg_foreign_table f on f.ftrelid = c.oid"
            f" join pg_foreign_server s on s.oid = f.ftserver where c.relkind = 'f' and {USER_SCHEMA}"
            " order by n.nspname, c.relname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, name, server, opts, bound, parents, names = row
        parents = [tuple(p) for p in parents or ()]
        attributes = {
            "server": server,
            "options": disclosed(opts),
            "partition_of": relative(schema, parents[0]) if bound else None,
            "bound": bound,
            "inherits": [relative(schema, p) for p in parents] if parents and not bound else None,
            "not_null_names": names,
        }
        parent = Address("table", parents[0]) if bound else None
        return (classid, oid, 0), Object(Address(self.name, (schema, name)), compact(attributes), parent)

    def declare(self, place: Place, name: str, spec: ForeignTableSpec) -> Iterator[Object]:
        texts, variables = declared_options(spec.options)
        attributes = {k: getattr(spec, k) for k in ("server", "partition_of", "bound", "inherits", "not_null_names")}
        above = [resolve(place.schema, p) for p in (*(spec.inherits or ()), *filter(None, [spec.partition_of]))]
        references = [Address("schema", (place.schema,)), Address("foreign_server", (spec.server,)), *above]
        yield from self.made(
            place,
            spec,
            Address(self.name, (place.schema, name)),
            {**attributes, "options": texts},
            above[0] if spec.partition_of else None,
            references,
            {"env": variables} if variables else {},
        )

    def write(self, obj: Object) -> Mapping[str, Any]:
        values = written_options(obj, obj.attributes.get("options", {}))
        return {**obj.attributes, **({"options": values} if values else {})}

    def mentions(self, obj: Object) -> Iterable[str]:
        return [obj.attributes["bound"]] if "bound" in obj.attributes else []

    def compare(self, before: Object, after: Object) -> Verdict | None:
        if before.attributes == after.attributes:
            return None
        if before.attributes["server"] != after.attributes["server"]:
            return Verdict(Action.REPLACE, "a foreign table cannot move to another server")
        return Verdict(Action.ALTER)

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        a = obj.attributes
        names = [f"CONSTRAINT {ident(n)} NOT NULL {ident(c)}" for c, n in a.get("not_null_names", {}).items()]
        lines = body(without_default(inlined, obj, work), work.version, names) or ("" if "bound" in a else " ()")
        server = f" SERVER {ident(a['server'])}{options_clause(obj, a.get('options', {}))}"
        yield with_secrets(
            f"CREATE FOREIGN TABLE {qualified(obj.address)}{descent(obj, lines)}{server}", Risk.SAFE, obj
        )
        yield from none_given(obj, inlined, work)
        for column in (o for o in inlined if o.address.kind == "column"):
            yield from beyond(column, work.version)
        yield from bare(obj.address, work)

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        moves = option_moves(after, before.attributes.get("options", {}), after.attributes.get("options", {}))
        if moves:
            hazard = Hazard(codes.FOREIGN_OPTIONS, "queries on it use this from the moment it commits")
            yield with_secrets(f"ALTER {self.identity(after)}{moves}", Risk.CAUTION, after, (hazard,))
        yield from join(before, after, work)

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        hazard = Hazard(
            codes.FOREIGN_DROP, "queries that use it fail from the moment this commits; its rows stay far away"
        )
        yield Statement(f"DROP {self.identity(obj)}", Risk.DANGEROUS, (hazard,))


KIND = ForeignTableKind()
