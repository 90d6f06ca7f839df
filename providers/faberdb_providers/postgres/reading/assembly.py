"""The rows of a reading put together: objects, what each refers to, and what hangs on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from faberdb.model import Address, Catalogue, Object, Unmanaged
from faberdb_providers.postgres import server_wide
from faberdb_providers.postgres.kinds.base import Identity, PostgresKind, Row
from faberdb_providers.postgres.kinds.base_type import with_shells
from faberdb_providers.postgres.kinds.column.identity import identity_name
from faberdb_providers.postgres.kinds.owned_along import with_table_owners
from faberdb_providers.postgres.kinds.partition_index import with_siblings
from faberdb_providers.postgres.reading.attached import (
    dependents,
    grants,
    labels,
    owners,
)
from faberdb_providers.postgres.reading.printed import with_texts_that_read_back
from faberdb_providers.postgres.reading.server_names import refer_to_server
from faberdb_providers.postgres.reading.service import Service

CONSTRAINT_OF = {"domain": "domain_constraint", "trigger": "constraint_trigger"}
"""What a constraint that is part of another object is called in a comment's address."""


UNREADABLE = {
    "type": "the shell of a type that nobody has made yet",
    "user mapping": "this role may not read its options, so nothing can be said about it",
    "subscription": "PostgreSQL 13 lets none but superusers read its settings, so it is left alone there",
}
"""Why something of a kind that is managed may still be none of ours."""


class Assembly:
    """Rows of all queries put together into objects with their references."""

    def __init__(
        self,
        found: Mapping[PostgresKind, list[Row]],
        version: int,
        asked: server_wide.Asked | None,
        service: Service | None,
    ) -> None:
        self.found, self.version, self.asked, self.service = found, version, asked, service
        self.addresses: dict[Identity, Address] = {}
        self.aliases: dict[tuple[int, int], Identity] = {}
        self.objects: dict[Address, Object] = {}
        self.members: dict[tuple[int, int], Address] = {}
        self.left: list[Address] = []

    def assemble(
        self,
        classes: Row,
        aliases: list[Row],
        dependencies: list[Row],
        inherited: list[Row],
        comments: list[Row],
        owned: list[Row],
        granted: list[Row],
        labelled: list[Row],
        depending: list[Row],
        preinstalled: list[Row],
        casts: list[Row],
        unmanaged: list[Row],
    ) -> Catalogue:
        self.pg_class = classes[0]
        self.inherited = {(oid, part): (above, number) for oid, part, above, number in inherited}
        self.aliases = {(row[0], row[1]): (row[2], row[3], row[4]) for row in aliases}
        members = {(row[0], row[1]): (row[3], row[4]) for row in dependencies if row[6]}
        for kind, rows in self.found.items():
            for row in rows:
                if (row[0], row[1]) not in members and (pair := kind.read(row)) is not None:
                    if kind.of_server and not (self.asked and self.asked(pair[1].address)):
                        self.left.append(pair[1].address)
                        continue
                    if not kind.once:  # whoever did it, and who may see it, makes no difference
                        self.addresses[pair[0]] = pair[1].address
                    self.objects[pair[1].address] = with_texts_that_read_back(pair[1], kind.texts)
        self._leave_parts_of_others()
        for member, (classid, oid) in members.items():
            if (classid, oid, 0) in self.addresses:
                self.members[member] = self.addresses[(classid, oid, 0)]
        self._refer(dependencies)
        self.objects = with_shells(self.objects)
        self._comment(comments, members)
        self.objects |= {obj.address: obj for obj in owners(owned, self.addresses)}
        self.objects |= {obj.address: obj for obj in grants(granted, self.addresses, members, self.find)}
        self.objects |= with_table_owners(self.objects)
        found, elsewhere = labels(labelled, self.addresses, members)
        self.objects |= found
        found, others = dependents(depending, self.objects, members, self.find)
        self.objects |= found
        elsewhere.extend(others)
        self.objects |= with_siblings(self.objects)
        if self.asked:
            self.objects = refer_to_server(self.objects)
            elsewhere.extend(server_wide.others(self.left))
        if self.service:
            self.objects, theirs = self.service.without(self.objects, [(row[0], row[1]) for row in preinstalled])
            elsewhere.extend(theirs)
        managed = {kind.name for kind in self.found if kind.managed}
        rest = tuple(
            Unmanaged(what, name, UNREADABLE.get(what, "this kind of object is not managed yet"))
            for classid, oid, what, name in unmanaged
            if (classid, oid) not in members
            and ((address := self.addresses.get((classid, oid, 0))) is None or address.kind not in managed)
        )
        return Catalogue(self.objects, (*rest, *elsewhere), frozenset((s, t) for s, t in casts), self.version)

    def _leave_parts_of_others(self) -> None:
        """Forget keys, checks, triggers of relations that are not read apart: those of an extension's tables."""
        parts = {kind.name for kind in self.found if kind.dropped_inline}
        lost = [
            obj
            for address, obj in self.objects.items()
            if address.kind in parts and obj.parent and obj.parent not in self.objects
        ]
        while lost:
            for obj in lost:
                del self.objects[obj.address]
            lost = [o for o in self.objects.values() if o.parent in {gone.address for gone in lost}]
        self.addresses = {identity: a for identity, a in self.addresses.items() if a in self.objects}

    def _refer(self, dependencies: list[Row]) -> None:
        references: dict[Address, set[Address]] = {}
        for (oid, part), (parent, number) in self.inherited.items():
            child, above = self.addresses.get((self.pg_class, oid, part)), self._column(parent, number)
            if child is not None and above is not None and "inherited" in self.objects[child].attributes:
                references.setdefault(child, set()).add(above)
        for classid, oid, part, ref_class, ref_oid, ref_part, member in dependencies:
            if member:
                continue
            here = self.find(classid, oid, part, up=False)  # what an inherited column needs, its own table needs
            needed = [self.find(ref_class, ref_oid, ref_part)]
            if ref_part and (ref_class, ref_oid, ref_part) not in self.addresses:
                # It needs an inherited column, that is the one above, and the table in which it is.
                needed.append(self.find(ref_class, ref_oid, 0))
            if here is not None:
                # Nor does a whole need a part of its own: a generated column from above, one that is its table's too.
                others = (a for a in needed if a is not None and a != here and not self._is_part(a, here))
                references.setdefault(here, set()).update(others)
        for address, obj in self.objects.items():
            found = references.get(address, set()) | obj.references
            if obj.parent is not None:
                found.add(obj.parent)
            if found:
                self.objects[address] = Object(address, obj.attributes, obj.parent, frozenset(found))

    def _is_part(self, address: Address, whole: Address) -> bool:
        return address in self.objects and self.objects[address].parent == whole

    def find(self, classid: int, oid: int, part: int, *, up: bool = True) -> Address | None:
        """The object, or the whole of which it is a part, or what stands behind an alias. up: an inherited column that
        is no object stands for that of the table above."""
        found = self.addresses.get((classid, oid, part))
        if found is None and part and up and classid == self.pg_class:
            found = self._column(oid, part)
        found = found or self.addresses.get((classid, oid, 0))
        if found is None and (classid, oid) in self.aliases:
            classid, oid, part = self.aliases[(classid, oid)]
            found = self.addresses.get((classid, oid, part)) or self.addresses.get((classid, oid, 0))
            if found is None and (classid, oid) in self.aliases:
                return self.find(classid, oid, part, up=up)
        return found or self.members.get((classid, oid))

    def _column(self, oid: int, part: int) -> Address | None:
        """The column, or that of the table above which it is inherited from."""
        found = self.addresses.get((self.pg_class, oid, part))
        while found is None and (oid, part) in self.inherited:
            oid, part = self.inherited[(oid, part)]
            found = self.addresses.get((self.pg_class, oid, part))
        return found

    def _comment(self, comments: list[Row], members: Mapping[tuple[int, int], Any]) -> None:
        for classid, oid, part, text, column, what, identity in comments:
            if (classid, oid) in members:
                continue
            exact = self.addresses.get((classid, oid, part))
            whole = self.find(classid, oid, 0)
            if exact is not None:
                path: tuple[str, ...] = (exact.kind, *exact.path)
            elif part and whole is not None:
                path = ("column", *whole.path, column)
            elif whole is not None and what == "sequence":
                path = ("sequence", *identity_name(self.objects[whole]))
            elif whole is not None and classid == self.pg_class:
                path = ("index", *whole.path)  # the index behind a constraint has a comment of its own
            elif whole is not None and what in ("table constraint", "domain constraint"):
                path = (CONSTRAINT_OF.get(whole.kind, "constraint"), *_relation(whole), column)
            elif what and not part:
                path = ("other", what.upper(), identity)
            else:
                continue
            address = Address("comment", path)
            parent = exact or whole
            needs = frozenset({parent}) if parent else frozenset()
            self.objects[address] = Object(address, {"text": text}, parent, needs)


def _relation(whole: Address) -> tuple[str, ...]:
    """The table or domain that a constraint is on, from the object it is part of."""
    return whole.path[:-1] if whole.kind in ("trigger", "column") else whole.path
