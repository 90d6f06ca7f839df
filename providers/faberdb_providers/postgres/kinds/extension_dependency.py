"""`DEPENDS ON EXTENSION`: what goes without being asked when an extension is dropped, without belonging to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Action, Address, Change, Hazard, Object, Place, Risk, Statement, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.acl import ROUTINES
from faberdb_providers.postgres.kinds.base import PostgresKind
from faberdb_providers.postgres.kinds.comment import CONSTRAINTS, target
from faberdb_providers.postgres.names import ident

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.base import Spec

DEPENDENT = ("function", "procedure", "trigger", "index", "materialized_view", "primary_key", "unique", "exclusion")
"""Kinds that ALTER ... DEPENDS ON EXTENSION takes; keys as the indexes they are."""
_GOES_WITH = Hazard(codes.GOES_WITH_EXTENSION, "DROP EXTENSION drops this too, and asks for no CASCADE")


class ExtensionDependencyKind(PostgresKind):
    """`ALTER ... DEPENDS ON EXTENSION`; https://www.postgresql.org/docs/current/sql-alterfunction.html"""

    name = "extension_dependency"
    alterable = True
    renamable = False
    dropped_inline = True
    has_query = False

    def declare(self, place: Place, name: str, spec: Spec) -> Iterator[Object]:
        raise LookupError("it is declared with what depends")

    def write(self, obj: Object) -> Mapping[str, Any]:
        return {"depends_on_extensions": [obj.address.path[-1]]}

    def fragments(self, obj: Object) -> Iterable[str]:
        kind, *path = obj.address.path[:-1]
        return path[-1:] if kind in ROUTINES else ()

    def disturbed_by(self, obj: Object, change: Change) -> bool:
        # An index that is built again for a new type of its column is another one.
        return change.action in (Action.DROP, Action.REPLACE) or (change.disturbs and change.address.kind == "column")

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        yield _depends(obj.address, "", () if work.before(obj.address) else (_GOES_WITH,))

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        yield _depends(obj.address, "NO ")

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        return ()


def again(holder: Object, work: Work) -> Iterator[Statement]:
    """After CREATE OR REPLACE, which forgets what depends on which extension."""
    for obj in work.children(holder.address, after=True):
        if obj.address.kind == KIND.name and work.before(obj.address) is not None:
            yield _depends(obj.address, "")


def _depends(address: Address, no: str, hazards: tuple[Hazard, ...] = ()) -> Statement:
    kind, *path, extension = address.path
    on = target(Address("comment", ("index" if kind in CONSTRAINTS else kind, *path)))
    return Statement(f"ALTER {on} {no}DEPENDS ON EXTENSION {ident(extension)}", Risk.SAFE, hazards)


KIND = ExtensionDependencyKind()
