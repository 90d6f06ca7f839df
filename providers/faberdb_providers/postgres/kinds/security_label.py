"""Security labels on anything that takes one: a key of what they are on, by the module that reads them.

Whether a module takes a label only the module can say, and a scratch server has not loaded it. There the label is
written into the catalogue without asking, so that all else about it is tried out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Action, Address, Change, Hazard, Object, Place, Risk, Statement, Verdict, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.acl import RELATIONS, ROUTINES, TYPES
from faberdb_providers.postgres.kinds.along import made_anew
from faberdb_providers.postgres.kinds.base import PostgresKind
from faberdb_providers.postgres.kinds.comment import target
from faberdb_providers.postgres.names import dotted, ident, literal, routine
from faberdb_providers.postgres.presence import HERE

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.base import Spec

_NAMED = {
    "schema": ("pg_namespace", "nspname"),
    "language": ("pg_language", "lanname"),
    "event_trigger": ("pg_event_trigger", "evtname"),
    "publication": ("pg_publication", "pubname"),
    "subscription": ("pg_subscription", "subname"),
}
"""Catalogues, and the column with the name, of what stands in no schema."""
LABELLED = frozenset((*RELATIONS, "sequence", "column", "attribute", *TYPES, *ROUTINES, *_NAMED))
"""Kinds that SECURITY LABEL takes."""


class SecurityLabelKind(PostgresKind):
    """`SECURITY LABEL`; https://www.postgresql.org/docs/current/sql-security-label.html"""

    name = "security_label"
    renamable = False
    dropped_inline = True
    has_query = False

    def declare(self, place: Place, name: str, spec: Spec) -> Iterator[Object]:
        raise LookupError("a security label is declared with what it is on")

    def write(self, obj: Object) -> Mapping[str, Any]:
        kind, *path, provider = obj.address.path
        labels = {provider: obj.attributes["label"]}
        if kind == "column" and obj.parent is not None and obj.parent.kind != kind:
            return {"column_security_labels": {path[-1]: labels}}
        return {"security_labels": labels}

    def fragments(self, obj: Object) -> Iterable[str]:
        kind, *path, _ = obj.address.path
        return path[-1:] if kind in ROUTINES else ()

    def compare(self, before: Object, after: Object) -> Verdict | None:
        return None if before.attributes == after.attributes else Verdict(Action.ALTER)

    def disturbed_by(self, obj: Object, change: Change) -> bool:
        return change.action in (Action.DROP, Action.REPLACE) or made_anew(obj, change)

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        hazard = Hazard(
            codes.SECURITY_LABEL,
            f"whether {obj.address.path[-1]} is loaded and takes the label shows only when this is applied",
        )
        yield _labelled(obj.address, literal(obj.attributes["label"]).strip(), hazard)

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        yield from self.create(after, (), work)

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        hazard = Hazard(codes.SECURITY_LABEL_OFF, "what the label kept from happening may happen from now on")
        yield _labelled(obj.address, "NULL", hazard)

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        return ()


def _labelled(address: Address, label: str, hazard: Hazard) -> Statement:
    kind, *path, provider = address.path
    on = target(Address("comment", (kind, *path)))
    sql = f"SECURITY LABEL FOR {ident(provider)} ON {on} IS {label}"
    identity = ", ".join((*_identity(kind, path), literal(provider).strip()))
    lines = [f"DELETE FROM pg_seclabel WHERE (classoid, objoid, objsubid, provider) = ({identity})"]
    if label != "NULL":
        columns = "classoid, objoid, objsubid, provider, label"
        lines.append(f"INSERT INTO pg_seclabel ({columns}) VALUES ({identity}, {label})")
    body = f"BEGIN {sql};\nEXCEPTION WHEN invalid_parameter_value THEN {'; '.join(lines)}; END"
    tag = "faberdb"
    while tag in body:
        tag += "_"
    return Statement(sql, Risk.CAUTION, (hazard,), on_scratch=f"DO ${tag}$ {body} ${tag}$")


def _identity(kind: str, path: Sequence[str]) -> tuple[str, str, str]:
    """SQL for what catalogues know the object by: catalogue, oid, number of the column."""

    def known(catalogue: str, name: str, type_: str) -> tuple[str, str, str]:
        return f"'{catalogue}'::regclass", f"{literal(name).strip()}::{type_}", "0"

    if kind in ("column", "attribute"):
        catalogue, oid, _ = known("pg_class", dotted(*path[:-1]), "regclass")
        column = literal(path[-1]).strip()
        return catalogue, oid, f"(SELECT attnum FROM pg_attribute WHERE attrelid = {oid} AND attname = {column})"
    if kind in (*RELATIONS, "sequence"):
        return known("pg_class", dotted(*path), "regclass")
    if kind in TYPES:
        return known("pg_type", dotted(*path), "regtype")
    if kind in ROUTINES:
        return known("pg_proc", routine("function", path), "regprocedure")
    catalogue, column = _NAMED[kind]
    here = f" AND subdbid = {HERE}" if kind == "subscription" else ""
    found = f"(SELECT oid FROM {catalogue} WHERE {column} = {literal(path[0]).strip()}{here})"
    return f"'{catalogue}'::regclass", found, "0"


KIND = SecurityLabelKind()
