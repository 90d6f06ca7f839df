"""Collations of every provider."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from faberdb.model import Address, Object, Statement, Work
from faberdb_providers.postgres.kinds.background import BackgroundKind, not_brought_along
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, Row, compact
from faberdb_providers.postgres.names import literal, qualified

_PROVIDERS = {"c": "libc", "i": "icu", "b": "builtin", "d": "default"}


class CollationKind(BackgroundKind):
    """`CREATE COLLATION`; https://www.postgresql.org/docs/current/collation.html"""

    name = "collation"

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

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        a = obj.attributes
        parts = [f"provider = {a['provider']}"]
        parts += [
            f"{key} = {literal(a[key]).strip()}" for key in ("locale", "lc_collate", "lc_ctype", "rules") if key in a
        ]
        if a.get("nondeterministic"):
            parts.append("deterministic = false")
        yield Statement(f"CREATE COLLATION {qualified(obj.address)} ({', '.join(parts)})")


KIND = CollationKind()
