"""Exclusion constraints: no two rows may pass all of their comparisons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Address, Hazard, Object, Place, Risk, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.constraint import ConstraintKind
from faberdb_providers.postgres.kinds.in_the_way import rows_excluding
from faberdb_providers.postgres.kinds.index import compared
from faberdb_providers.postgres.kinds.index_reading import elements
from faberdb_providers.postgres.kinds.storage import option_texts, stored_options
from faberdb_providers.postgres.kinds.written import written

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.exclusion import ExclusionSpec


class ExclusionKind(ConstraintKind):
    """https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-EXCLUSION"""

    name = "exclusion"
    section = "exclusions"
    Declared: Any = written("exclusion", "ExclusionSpec")
    contype = "x"
    texts = ("elements", "where")

    def columns(self, version: int) -> str:
        return (
            f"{elements('k.conindid')},"
            " array(select 'OPERATOR(' || quote_ident(opn.nspname) || '.' || op.oprname || ')'"
            "  from unnest(k.conexclop) with ordinality u(o, pos) join pg_operator op on op.oid = u.o join pg_namespace"
            " opn on opn.oid = op.oprnamespace order by u.pos),"
            " array(select a.attname::text from unnest(x.indkey) with ordinality u(num, pos) join pg_attribute a on"
            " a.attrelid = k.conrelid and a.attnum = u.num where u.pos > x.indnkeyatts order by u.pos),"
            " pg_get_expr(x.indpred, x.indrelid), am.amname, ic.reloptions, ts.spcname"
        )

    def joins(self, version: int) -> str:
        return (
            "join pg_index x on x.indexrelid = k.conindid join pg_class ic on ic.oid = k.conindid"
            " join pg_am am on am.oid = ic.relam left join pg_tablespace ts on ts.oid = ic.reltablespace"
        )

    def own(self, schema: str, columns: list[str], period: bool, rest: Sequence[Any]) -> dict[str, Any]:
        parts, operators, include, where, method, opts, space = rest
        short = [o.replace("OPERATOR(pg_catalog.", "")[:-1] if "(pg_catalog." in o else o for o in operators]
        return {
            "using": method,
            "elements": [f"{part} WITH {op}" for part, op in zip(parts, short, strict=True)],
            "include": include or None,
            "where": where,
            "options": stored_options(opts),
            "tablespace": space,
        }

    def declare(self, place: Place, name: str, spec: ExclusionSpec) -> Iterator[Object]:
        fields = ("using", "elements", "include", "where", "deferrable", "initially_deferred", "tablespace")
        attributes = {key: getattr(spec, key) for key in (*fields, "attached_to")}
        attributes["options"] = option_texts(spec.options)
        yield from self.on_table(place, spec, name, attributes, spec.include or ())

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield ("relation", obj.address.path[0], obj.address.path[-1])

    def probe(self, obj: Object, work: Work) -> tuple[str, ...]:
        parts = [part.rpartition(" WITH ") for part in obj.attributes["elements"]]
        on = [(compared(element), operator) for element, _, operator in parts]
        table = Address("table", obj.address.path[:-1])
        return rows_excluding(table, on, str(obj.attributes.get("where", "")), work)

    def danger(self, obj: Object, work: Work) -> tuple[Risk, tuple[Hazard, ...]]:
        message = "the table is locked while the index is built, and rows that exclude each other stop it"
        return Risk.DANGEROUS, (Hazard(codes.ADD_EXCLUSION, message, in_use=True),)

    def mentions(self, obj: Object) -> Iterable[str]:
        return [*obj.attributes["elements"], *filter(None, [obj.attributes.get(k) for k in ("where", "attached_to")])]


KIND = ExclusionKind()
