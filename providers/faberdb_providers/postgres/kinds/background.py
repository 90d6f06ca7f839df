"""What the kinds share that are read, copied and rebuilt, but not declared yet: nothing of them is ever planned for its
own sake, so they need no TOML shape and no ALTER."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from faberdb.model import Address, Hazard, Object, Risk, Statement, Work
from faberdb_providers.postgres.kinds.base import PostgresKind
from faberdb_providers.postgres.names import dotted, ident

RELATIONS = {
    "r": "table",
    "p": "table",
    "v": "view",
    "m": "materialized_view",
    "f": "foreign_table",
}
"""Kinds by pg_class.relkind, for those that others hang on."""

ENABLED = {"D": "disabled", "R": "replica", "A": "always"}
"""How pg_trigger, pg_rewrite and pg_event_trigger say when something fires, less the usual `O`."""

_SWITCH = {"origin": "ENABLE", "disabled": "DISABLE", "replica": "ENABLE REPLICA", "always": "ENABLE ALWAYS"}


def switch(alter: str, enabled: str | None, what: str = "", hazards: tuple[Hazard, ...] = ()) -> Iterator[Statement]:
    """The statement that makes something fire at other times than usual, if it does."""
    if enabled:
        yield Statement(f"{alter} {_SWITCH[enabled]}{what and ' ' + what}", Risk.CAUTION, hazards)


def not_brought_along(catalogue: str, alias: str) -> str:
    """Condition on a catalogue's row: nothing else makes and drops the object, neither an extension nor a type."""
    return (
        f"{alias}.oid >= 16384 and not exists (select from pg_depend b where b.classid = '{catalogue}'::regclass"
        f" and b.objid = {alias}.oid and b.deptype in ('e', 'i') and b.refclassid in ('pg_extension'::regclass,"
        " 'pg_type'::regclass))"
    )


def in_schema(catalogue: str, oid: str, name: str, namespace: str) -> str:
    """SQL for the qualified name of what an oid expression points at in a catalogue; null where it is 0."""
    return (
        f"(select quote_ident(qn.nspname) || '.' || quote_ident(q.{name}) from {catalogue} q"
        f" join pg_namespace qn on qn.oid = q.{namespace} where q.oid = {oid})"
    )


def collation(oid: str) -> str:
    """SQL for the qualified name of a collation; null where it is 0."""
    return in_schema("pg_collation", oid, "collname", "collnamespace")


def operator(oid: str) -> str:
    """SQL for an operator as OPERATOR(schema.name); null where it is 0."""
    return (
        "(select 'OPERATOR(' || quote_ident(qn.nspname) || '.' || q.oprname || ')' from pg_operator q"
        f" join pg_namespace qn on qn.oid = q.oprnamespace where q.oid = {oid})"
    )


def procedure(oid: str) -> str:
    """SQL for the name of a function that its use alone tells from others of that name; null where it is 0."""
    return f"case when {oid} <> 0 then {oid}::regproc::text end"


class BackgroundKind(PostgresKind):
    """A kind that is not managed yet. Its objects come from the server and go back to one as they are."""

    managed = False

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        yield from self.drop(before, work)
        yield from self.create(after, (), work)


class OnRelation(PostgresKind):
    """Something that hangs on a table or view and whose name is only known there."""

    dropped_inline = True
    rebuilt_on_type_change = True

    def identity(self, obj: Object) -> str:
        *relation, name = obj.address.path
        return f"{self.sql_name} {ident(name)} ON {dotted(*relation)}"

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        *_, old = before.address.path
        *relation, new = after.address.path
        sql = f"ALTER {self.sql_name} {ident(old)} ON {dotted(*relation)} RENAME TO {ident(new)}"
        yield Statement(sql, Risk.CAUTION)


def parent_of(relkind: str, schema: str, relation: str) -> Address:
    """The address of a relation."""
    return Address(RELATIONS[relkind], (schema, relation))
