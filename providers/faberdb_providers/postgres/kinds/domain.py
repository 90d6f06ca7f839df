"""Domains: the type they are over, their default and NOT NULL. Their checks are objects of their own, so that one can
come and go, or be rebuilt around a function, without the domain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Action, Address, Change, Hazard, Object, Place, Risk, Statement, Verdict, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.acl import TYPES
from faberdb_providers.postgres.kinds.attribute_values import back_within, keep_within
from faberdb_providers.postgres.kinds.background import collation, not_brought_along
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, PostgresKind, Row, compact
from faberdb_providers.postgres.kinds.carrying import is_array, values_of
from faberdb_providers.postgres.kinds.held import places
from faberdb_providers.postgres.kinds.lossless import domains_of, fits_always, lossless, refuses
from faberdb_providers.postgres.kinds.still_holds import TAKEN_OFF, conflicts
from faberdb_providers.postgres.kinds.trying import Tried, rows_failing
from faberdb_providers.postgres.kinds.types import TypeKind, restore_text, rows_of, save_text
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import ident, qualified
from faberdb_providers.postgres.pattern import pattern

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.domain import DomainCheckSpec, DomainSpec


class DomainKind(TypeKind):
    """`CREATE DOMAIN`; https://www.postgresql.org/docs/current/sql-createdomain.html"""

    name = "domain"
    section = "domains"
    Declared: Any = written("domain", "DomainSpec")
    sql_name = "DOMAIN"
    texts = ("default",)

    def query(self, version: int) -> str:
        # A domain over a domain takes that one's default unless it is told not to.
        default = (
            "coalesce(pg_get_expr(t.typdefaultbin, 0), quote_literal(t.typdefault),"
            " case when b.typdefault is not null then 'NULL' end)"
        )
        return (
            "select 'pg_type'::regclass::oid, t.oid, 0, n.nspname, t.typname, format_type(t.typbasetype, t.typtypmod),"
            f" case when t.typcollation <> b.typcollation then {collation('t.typcollation')} end, {default},"
            " t.typnotnull, (select k.conname from pg_constraint k where k.contypid = t.oid and k.contype = 'n')"
            " from pg_type t join pg_type b on b.oid = t.typbasetype join pg_namespace n on n.oid = t.typnamespace"
            f" where t.typtype = 'd' and {not_brought_along('pg_type', 't')} and {USER_SCHEMA}"
            " order by n.nspname, t.typname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, name, base, collated, default, not_null, not_null_name = row
        attributes = compact(
            {
                "type": base,
                "collation": collated,
                "default": default,
                "not_null": not_null,
                "not_null_name": None if not_null_name == f"{name}_not_null" else not_null_name,
            }
        )
        return (classid, oid, 0), Object(Address(self.name, (schema, name)), attributes)

    def declare(self, place: Place, name: str, spec: DomainSpec) -> Iterator[Object]:
        attributes = {key: getattr(spec, key) for key in ("type", "collation", "default", "not_null", "not_null_name")}
        address = Address(self.name, (place.schema, name))
        yield from self.made(place, spec, address, attributes, references=[Address("schema", (place.schema,))])

    def mentions(self, obj: Object) -> Iterable[str]:
        return [obj.attributes[key] for key in ("type", "collation", "default") if key in obj.attributes]

    def compare(self, before: Object, after: Object) -> Verdict | None:
        old, new = before.attributes, after.attributes
        if old == new:
            return None
        for key, what in (("type", "the type it is over"), ("collation", "its collation")):
            if old.get(key) != new.get(key):
                return Verdict(Action.REPLACE, f"{what} changes, which makes it anew under its columns")
        return Verdict(Action.ALTER)

    def part_of(self, change: Change) -> Address | None:
        fresh = change.before is not None and not change.before.attributes.get("not_null")
        wanted = change.after is not None and change.after.attributes.get("not_null")
        return change.address if fresh and wanted else None

    def refused_in_place(self, change: Change, referrers: Sequence[Object], version: int) -> bool:
        return unchecked_in_place(referrers)

    def keeps(self, change: Change) -> str:
        before, after = change.before, change.after
        if change.action is Action.REPLACE and before is not None and after is not None:
            # What a type of the user's own becomes shows only in that type's change.
            own = any(r.kind in TYPES for r in before.references)
            if own or not lossless(before.attributes["type"], after.attributes["type"]):
                return "values"
        return super().keeps(change)

    def define(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        a = obj.attributes
        words = [f"CREATE DOMAIN {qualified(obj.address)} AS {a['type']}"]
        if a.get("collation"):
            words.append(f"COLLATE {a['collation']}")
        if a.get("default"):
            words.append(f"DEFAULT {a['default']}")
        if a.get("not_null"):
            named = a.get("not_null_name")
            words.append(f"CONSTRAINT {ident(named)} NOT NULL" if named else "NOT NULL")
        checks = [f"CONSTRAINT {ident(o.address.path[-1])} CHECK ({o.attributes['expression']})" for o in inlined]
        yield Statement("\n    ".join([" ".join(words), *checks]))

    def carrier(self, obj: Object, column: Object, work: Work) -> tuple[str, str]:
        base = _root(obj, work, after=False)
        if not base:
            return super().carrier(obj, column, work)  # the type it is over may be away at the same time
        base += "[]" if is_array(column) else ""
        return base, f"{ident(column.address.path[-1])}::{base}"

    def returned(self, obj: Object, column: Object, work: Work) -> str:
        before = work.before(obj.address)
        assert before is not None
        old, new = _root(before, work, after=False), _root(obj, work, after=True)
        name, array = ident(column.address.path[-1]), "[]" if is_array(column) else ""
        if not old or not new:
            return super().returned(obj, column, work)
        if self._fits(obj, column, work):
            return ""
        way = "" if work.castable(old, new) else f"::text{array}"
        return f"{name}{way}{'' if old == new else f'::{new}{array}'}::{column.attributes['type']}"

    def refused(self, obj: Object, column: Object, work: Work) -> tuple[str, ...]:
        wanted = work.after(column.address)
        if wanted is None or not self._may_refuse(obj, column, work) or self.unasked(obj, column, work):
            return ()
        value = self.value_of(obj, column, work) or ident(column.address.path[-1])
        together = conflicts(wanted, value, work, besides=TAKEN_OFF)
        return rows_failing(Address("table", column.address.path[:-1]), [Tried(value, column)], work, together=together)

    def unasked(self, obj: Object, column: Object, work: Work) -> str:
        lowest = domains_of(column, work)[-1:]
        own = [a for domain in lowest for a in domain.references if a.kind in TYPES]
        told = all(a.kind == "enum" and qualified(a) == lowest[0].attributes["type"] for a in own)
        return "" if told else super().unasked(obj, column, work)

    def _may_refuse(self, obj: Object, column: Object, work: Work) -> bool:
        """Whether there can be values of the old form that are none of the new one."""
        before = work.before(obj.address)
        if before is None:
            return False
        old, new = _root(before, work, after=False), _root(obj, work, after=True)
        if not (old and new and fits_always(old, new)) or before.attributes.get("collation") != obj.attributes.get(
            "collation"
        ):
            return True
        return any(
            _demands(domain, work, after=True) - _demands(domain, work, after=False)
            for domain in domains_of(column, work)
        )

    def _fits(self, obj: Object, column: Object, work: Work) -> bool:
        """Whether values that are too long for the new form stop the change; what comes back was cut by nobody."""
        before, array = work.before(obj.address), "[]" if is_array(column) else ""
        if before is None or work.kept(obj.address) is not None:
            return False
        old, new = _root(before, work, after=False), _root(obj, work, after=True)
        return old != new and bool(old and new) and refuses(f"{old}{array}", f"{new}{array}")

    def set_aside(self, obj: Object, work: Work) -> Iterable[Statement]:
        yield from keep_within(obj, work)
        kept, after = work.keep(obj.address), work.after(obj.address)
        if kept is None or after is None:
            return
        for column, place in places(kept, work, after=False):
            name, array = ident(column.address.path[-1]), "[]" if is_array(column) else ""
            old, new = _root(obj, work, after=False), _root(after, work, after=True)
            way = "" if work.castable(old, new) else f"::text{array}"
            there_and_back = f"{name}::{old}{array}{way}::{new}{array}{way}::{old}{array}" if old and new else name
            yield from save_text(column, place, name, there_and_back, probe=self.refused(after, column, work))

    def give_back(self, obj: Object, work: Work) -> Iterable[Statement]:
        kept = work.kept(obj.address)
        for column, place in places(kept, work, after=True) if kept else ():
            name = ident(column.address.path[-1])
            yield from restore_text(column, place, name, column.attributes["type"], work, now=f"t.{name}")
        yield from back_within(obj, work)

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        old, new, alter = before.attributes, after.attributes, f"ALTER DOMAIN {qualified(after.address)}"
        if old.get("default") != new.get("default"):
            yield Statement(f"{alter} SET DEFAULT {new['default']}" if new.get("default") else f"{alter} DROP DEFAULT")
        usual = f"{after.address.path[-1]}_not_null"
        if old.get("not_null") and not new.get("not_null"):
            yield Statement(f"{alter} DROP NOT NULL", Risk.CAUTION)
        elif new.get("not_null") and not old.get("not_null"):
            named = new.get("not_null_name")
            sql = f"{alter} ADD CONSTRAINT {ident(named)} NOT NULL" if named else f"{alter} SET NOT NULL"
            probe = rows_of(values_of(after.address, work), "{value} is not distinct from null", work)
            yield Statement(sql, Risk.DANGEROUS, (SCANNED,), probe=probe)
        elif old.get("not_null_name") != new.get("not_null_name"):
            names = ident(old.get("not_null_name", usual)), ident(new.get("not_null_name", usual))
            yield Statement(f"{alter} RENAME CONSTRAINT {names[0]} TO {names[1]}")


def _demands(domain: Object, work: Work, *, after: bool) -> set[str]:
    """What a domain asks of its values."""
    obj = work.after(domain.address) if after else work.before(domain.address)
    checks = (o for o in work.children(domain.address, after=after) if o.address.kind == "domain_constraint")
    found = {str(o.attributes["expression"]) for o in checks if not o.attributes.get("not_valid")}
    return found | ({"value is not null"} if obj is not None and obj.attributes.get("not_null") else set())


def _root(obj: Object, work: Work, *, after: bool) -> str:
    """The type at the bottom of domains over domains; empty where that is a type of the user's own."""
    below = [r for r in obj.references if r.kind in TYPES]
    if not below:
        return str(obj.attributes["type"])
    inner = work.after(below[0]) if after else work.before(below[0])
    plain = len(below) == 1 and inner is not None and qualified(below[0]) == obj.attributes["type"]
    if not plain or inner is None or inner.address.kind != "domain":
        return ""
    return _root(inner, work, after=after)


SCANNED = Hazard(
    codes.DOMAIN_CONSTRAINT,
    "every table with a column of this domain is scanned while writes to it wait, and a value that fails stops it",
)


def unchecked_in_place(referrers: Sequence[Object]) -> bool:
    """Whether the server refuses to check the values of a domain because some are inside arrays or other types."""
    return any(
        o.address.kind in ("attribute", "composite_type", "range_type") or (o.address.kind == "column" and is_array(o))
        for o in referrers
    )


_QUOTED_OR_VALUE = pattern(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\bVALUE\b""", re.IGNORECASE)


class DomainConstraintKind(PostgresKind):
    """`ALTER DOMAIN ... ADD CONSTRAINT`; https://www.postgresql.org/docs/current/sql-alterdomain.html"""

    name = "domain_constraint"
    section = "checks"
    within = ("domain",)
    Declared: Any = written("domain", "DomainCheckSpec")
    dropped_inline = True
    texts = ("expression",)

    def query(self, version: int) -> str:
        return (
            "select 'pg_constraint'::regclass::oid, k.oid, 0, n.nspname, t.typname, k.conname,"
            " pg_get_expr(k.conbin, 0), not k.convalidated"
            " from pg_constraint k join pg_type t on t.oid = k.contypid join pg_namespace n on n.oid = t.typnamespace"
            f" where k.contype = 'c' and {not_brought_along('pg_type', 't')} and {USER_SCHEMA}"
            " order by n.nspname, t.typname, k.conname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, domain, name, expression, not_valid = row
        attributes = compact({"expression": expression, "not_valid": not_valid})
        parent = Address("domain", (schema, domain))
        return (classid, oid, 0), Object(Address(self.name, (schema, domain, name)), attributes, parent)

    def declare(self, place: Place, name: str, spec: DomainCheckSpec) -> Iterator[Object]:
        assert place.container is not None
        attributes = {"expression": spec.expression, "not_valid": spec.not_valid}
        yield from self.made(
            place, spec, Address(self.name, (*place.container.path, name)), attributes, place.container
        )

    def mentions(self, obj: Object) -> Iterable[str]:
        return [obj.attributes["expression"]]

    def inlines(self, obj: Object) -> bool:
        return not obj.attributes.get("not_valid")

    def compare(self, before: Object, after: Object) -> Verdict | None:
        old, new = before.attributes, after.attributes
        if old == new:
            return None
        if old["expression"] == new["expression"] and not new.get("not_valid"):
            return Verdict(Action.ALTER, "it is validated")
        return Verdict(Action.REPLACE, "a check cannot be altered in place")

    def part_of(self, change: Change) -> Address | None:
        after = change.after
        checked = after is not None and not after.attributes.get("not_valid") and change.action is not Action.DROP
        return after.parent if after is not None and checked else None

    def refused_in_place(self, change: Change, referrers: Sequence[Object], version: int) -> bool:
        return unchecked_in_place(referrers)

    def identity(self, obj: Object) -> str:
        *domain, name = obj.address.path
        return f"CONSTRAINT {ident(name)} ON DOMAIN {qualified(Address('domain', tuple(domain)))}"

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        late = obj.attributes.get("not_valid")
        sql = f"{_domain(obj)} ADD CONSTRAINT {ident(obj.address.path[-1])} CHECK ({obj.attributes['expression']})"
        if late:
            yield Statement(f"{sql} NOT VALID", Risk.CAUTION)
        else:
            yield Statement(sql, Risk.DANGEROUS, (SCANNED,), probe=_failing(obj, work))

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        sql = f"{_domain(after)} VALIDATE CONSTRAINT {ident(after.address.path[-1])}"
        yield Statement(sql, Risk.DANGEROUS, (SCANNED,), probe=_failing(after, work))

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        yield Statement(f"{_domain(obj)} DROP CONSTRAINT {ident(obj.address.path[-1])}", Risk.CAUTION)

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        old, new = ident(before.address.path[-1]), ident(after.address.path[-1])
        yield Statement(f"{_domain(after)} RENAME CONSTRAINT {old} TO {new}", Risk.SAFE)


def _domain(obj: Object) -> str:
    assert obj.parent is not None
    return f"ALTER DOMAIN {qualified(obj.parent)}"


def _failing(obj: Object, work: Work) -> tuple[str, ...]:
    """A query for rows whose value the check refuses."""
    assert obj.parent is not None
    domain = work.before(obj.parent)
    if domain is None:
        return ()
    value = f"({{value}}::{domain.attributes['type']})"
    expression = _QUOTED_OR_VALUE.sub(
        lambda m: value if m[0].upper() == "VALUE" else m[0], obj.attributes["expression"]
    )
    return rows_of(values_of(obj.parent, work), f"not ({expression})", work)


KINDS = (DomainKind(), DomainConstraintKind())
