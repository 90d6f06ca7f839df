"""Collations of every provider. The version of the operating system's or ICU's rules is no part of what is declared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Action, Address, Change, Hazard, Object, Place, Risk, Statement, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.background import not_brought_along
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, Row, compact
from faberdb_providers.postgres.kinds.carrying import alter_type, carried
from faberdb_providers.postgres.kinds.moved import MovedWhenDropped
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import literal, qualified

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.collation import CollationSpec

_PROVIDERS = {"c": "libc", "i": "icu", "b": "builtin", "d": "default"}
_KEYS = ("provider", "locale", "lc_collate", "lc_ctype", "rules", "nondeterministic")
REORDERED = Hazard(codes.COLLATION, "indexes on columns of this collation are built anew while their tables are locked")


class CollationKind(MovedWhenDropped):
    """`CREATE COLLATION`; https://www.postgresql.org/docs/current/collation.html"""

    name = "collation"
    section = "collations"
    Declared: Any = written("collation", "CollationSpec")

    def query(self, version: int) -> str:
        locale = "c.colllocale" if version >= 17 else "c.colliculocale" if version >= 15 else "null"
        rules = "c.collicurules" if version >= 16 else "null"
        return (
            "select 'pg_collation'::regclass::oid, c.oid, 0, n.nspname, c.collname, c.collprovider::text,"
            f" c.collisdeterministic, c.collcollate, c.collctype, {locale}, {rules}"
            " from pg_collation c join pg_namespace n on n.oid = c.collnamespace"
            f" where {not_brought_along('pg_collation', 'c')} and {USER_SCHEMA} order by n.nspname, c.collname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, name, provider, deterministic, collate, ctype, locale, rules = row
        # Before 15 an ICU locale stands where libc's two are.
        one = locale or (collate if collate == ctype else None)
        attributes = {
            "provider": _PROVIDERS[provider],
            "locale": one,
            "lc_collate": None if one else collate,
            "lc_ctype": None if one else ctype,
            "rules": rules,
            "nondeterministic": not deterministic,
        }
        return (classid, oid, 0), Object(Address(self.name, (schema, name)), compact(attributes))

    def declare(self, place: Place, name: str, spec: CollationSpec) -> Iterator[Object]:
        if not (spec.locale or (spec.lc_collate and spec.lc_ctype)):
            raise ValueError("a collation needs its `locale`, or `lc_collate` and `lc_ctype`")
        address = Address(self.name, (place.schema, name))
        attributes = {key: getattr(spec, key) for key in _KEYS}
        yield from self.made(place, spec, address, attributes, references=[Address("schema", (place.schema,))])

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield ("collation", *obj.address.path)

    def touches(self, change: Change, referrers: Sequence[Object]) -> Iterable[Address]:
        if change.action is not Action.REPLACE:
            return ()
        return [o.address for o in referrers if _collated(o) and "generated" not in o.attributes]

    def define(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        a = obj.attributes
        parts = [f"provider = {a['provider']}"]
        parts += [
            f"{key} = {literal(a[key]).strip()}" for key in ("locale", "lc_collate", "lc_ctype", "rules") if key in a
        ]
        if a.get("nondeterministic"):
            parts.append("deterministic = false")
        yield Statement(f"CREATE COLLATION {qualified(obj.address)} ({', '.join(parts)})")

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        yield from super().create(obj, inlined, work)
        for column in filter(_collated, carried(obj.address, work) if work.before(obj.address) is not None else ()):
            sql = f"{alter_type(column)} {column.attributes['type']} COLLATE {column.attributes['collation']}"
            yield Statement(sql, Risk.DANGEROUS, (REORDERED,))

    def let_go(self, obj: Object, work: Work) -> Iterable[Statement]:
        for column in filter(_collated, carried(obj.address, work)):
            sql = f'{alter_type(column)} {column.attributes["type"]} COLLATE pg_catalog."default"'
            yield Statement(sql, Risk.DANGEROUS, (REORDERED,))


def _collated(obj: Object) -> bool:
    """Whether it is a column that names its collation, and has not that of its domain, which is made anew too."""
    return obj.address.kind == "column" and "collation" in obj.attributes


KIND = CollationKind()
