"""What all PostgreSQL kinds share: how the catalogue's rows become objects, and the answers most kinds give alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from faberdb.model import (
    Action,
    Address,
    Attributes,
    Change,
    Hazard,
    Object,
    Place,
    Risk,
    Statement,
    Turn,
    Verdict,
    Work,
)
from faberdb_providers.postgres.fragments import fault
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.names import LONGEST, ident

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.base import (
        BareSpec,
    )

Row = tuple[Any, ...]
Identity = tuple[int, int, int]
"""(classid, objid, objsubid) as pg_depend and pg_description name an object."""
Found = tuple[Identity, Object]

USER_SCHEMA = (
    "n.nspname !~ '^pg_(toast|temp|toast_temp)' and n.nspname not in ('pg_catalog', 'information_schema')"
    " and n.nspname !~ '^faberdb(_|$)'"
)
"""Condition on pg_namespace n: not a system schema and not one of faberdb's own."""


def compact(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is absent or false: the one spelling of 'not set' in canonical forms."""
    return {key: v for key, v in attributes.items() if v is not None and v is not False and v != {}}


class PostgresKind:
    """The answers that most kinds give alike; a kind overrides what is its own story."""

    name: str = ""
    section: str = ""
    within: tuple[str, ...] = ()
    single: bool = False
    listed: bool = False
    Declared: Any = None
    managed: bool = True
    shell: bool = False
    forerunner: str = ""
    created_inline: bool = False
    dropped_inline: bool = False
    alterable: bool = False
    """Whether whatever changes about it can be altered in place."""
    renamable: bool = True
    """Whether it keeps being the same object under another name."""
    in_use: str = ""
    """What of its changes that would read or write all rows of a table is done while the table is in use (`online`)."""
    since: int = 13
    """The oldest supported major that has such objects."""
    in_schema: bool = True
    """False for what belongs to the database and to none of its schemas."""
    of_server: bool = False
    as_declared: bool = False
    watches: bool = False
    everywhere: bool = False
    optional: bool = False
    once: bool = False
    texts: tuple[str, ...] = ()
    flaws: Mapping[str, str] = MappingProxyType({})
    ends_statement: bool = False
    """What is written ends the statement or its line, so it may end with a comment."""
    sql_name: str = ""
    rebuilt_on_type_change: bool = False
    """The server refuses to change the type of a column this refers to."""

    has_query: bool = True
    """False where other rows bring the objects along."""

    def query(self, version: int) -> str:
        """The one catalogue query that finds all objects of this kind on a server of this major."""
        raise LookupError(self.name)

    def read(self, row: Row) -> Found | None:
        """One row of the query as an object, without references; None for what is not ours to manage."""
        raise LookupError(self.name)

    def declare(self, place: Place, name: str, spec: Any) -> Iterator[Object]:
        raise LookupError(self.name)

    def own_names(self, address: Address) -> Iterable[str]:
        """The parts of an address that are names, less signatures and what else is put together of several."""
        return (part for part in address.path if not set("( ") & set(part))

    def made(
        self,
        place: Place,
        spec: BareSpec,
        address: Address,
        attributes: Attributes,
        parent: Address | None = None,
        references: Iterable[Address] = (),
        hints: Attributes | None = None,
    ) -> Iterator[Object]:
        """The declared object, its comment, the privileges and labels on it, and those on columns that are none."""
        formerly = getattr(spec, "renamed_from", None)
        old = self.formerly(address, formerly) if formerly else None
        long = next((name for name in self.own_names(address) if len(name.encode()) > LONGEST), None)
        if long:
            raise ValueError(f"the name {long!r} has more than {LONGEST} bytes, and PostgreSQL would cut it there")
        needed = frozenset(references) | ({parent} if parent else frozenset())
        about = {**(hints or {}), **compact({"new": formerly is False})}
        if any(isinstance(text, str) for text in about.values()):
            about["scope"] = list(place.scope)  # what is said of the way there names things as the file does
        if spec.protect is not None:
            about["protect"] = spec.protect
        yield Object(address, compact(attributes), parent, frozenset(needed), place.scope, place.origin, old, about)
        from faberdb_providers.postgres.kinds.besides import said_besides  # with the models, which are loaded by now

        yield from said_besides(spec, address, place)

    def settled(self, obj: Object, declared: Mapping[Address, Object]) -> Object:
        """The declared object with the references that only the whole declaration tells."""
        return obj

    def formerly(self, address: Address, name: str) -> Address:
        """The address under the name that `renamed_from` gives."""
        if len(address.path) == 2:
            path = Address.parse(f"{self.name}:{name}").path if "." in name else (name,)
            return Address(self.name, path if len(path) == 2 else (address.path[0], name))
        return Address(self.name, (*address.path[:-1], name))

    def inlines(self, obj: Object) -> bool:
        """Whether its create may be written into its parent's create."""
        return self.created_inline

    def entry_key(self, obj: Object) -> str:
        """The key of its TOML entry."""
        return obj.address.path[-1]

    def whole(self, obj: Object) -> bool:
        """Whether it can only be made together with its children."""
        return False

    def write(self, obj: Object) -> Mapping[str, Any]:
        return obj.attributes

    def shorten(self, fragment: Mapping[str, Any]) -> Any:
        short = self.Declared.short if self.Declared else ""
        return fragment[short] if short and set(fragment) == {short} else fragment

    def mentions(self, obj: Object) -> Iterable[str]:
        """SQL texts in which a declared object may name others."""
        return ()

    def opaque(self, obj: Object) -> Iterable[str]:
        """Texts that the server keeps as they are and looks into only when they run."""
        return ()

    def fragments(self, obj: Object) -> Iterable[str]:
        """What of a declared object is put into statements as it was written, and is not what `mentions` gives."""
        return ()

    def fault(self, obj: Object) -> str:
        """Why a text of a declared object cannot stand in a statement; empty where all can."""
        hints = (text for text in obj.hints.values() if isinstance(text, str))
        for text in (*self.mentions(obj), *self.fragments(obj), *hints):
            wrong = fault(text, last=self.ends_statement)
            if wrong:
                shown = text if len(text) < 60 else text[:60] + "..."
                return f"`{shown}` is no piece of SQL that can stand by itself: {wrong}"
        return ""

    def names(self, obj: Object) -> Iterable[tuple[str, ...]]:
        """By what texts call it, by name space; unlike what is claimed, others may bear the same."""
        return self.claims(obj)

    def deed(self, obj: Object) -> object:
        """What was done, or is to be, of kinds that are done once."""
        return None

    def remains(self, obj: Object) -> bool:
        """Whether it stays done when the plan that did it is taken back, of kinds that are done once."""
        return False

    def stands_by(self, obj: Object) -> Mapping[str, Address]:
        """What it says that it comes `after` or `before`."""
        return {}

    def watching(self, obj: Object) -> Hazard | None:
        """What the object, while it stays, does to every change; of kinds that watch."""
        return None

    def absent(self, obj: Object) -> bool:
        """Whether the declaration says that there is to be none."""
        return False

    def stays(self, obj: Object, above: Object | None) -> bool:
        """Whether one that nobody declared stays as it is on its parent, which does."""
        return self.optional

    def joined(self, there: Object, declared: Object) -> Object:
        """What is declared and what is there besides, in one."""
        return declared

    def grantee(self, address: Address) -> str | None:
        """Whose privileges these are, for kinds that are privileges."""
        return None

    def elsewhere(self, address: Address, called: Callable[[str], str]) -> Address:
        """The address with the role that is part of it under another name."""
        return address

    def with_roles(self, obj: Object, called: Callable[[str], str]) -> Object:
        """The object with its roles under other names, its own address included; those of its references and parent
        are not its affair. `public` and names that begin with @ are no roles' names."""
        return obj

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        """Names that no two objects may have at one time, by name space."""
        return ()

    def offers(self, obj: Object) -> tuple[str, ...] | None:
        return None

    def reads(self, obj: Object, find: Callable[[Address], Object | None]) -> Iterable[Address]:
        return ()

    def picks(self, obj: Object) -> tuple[str, ...] | None:
        return None

    def renamed_within(self, live: Object, wanted: Object) -> Object | None:
        """The live object with the parts of it renamed that the declaration renames and that are no objects."""
        return None

    def compare(self, before: Object, after: Object) -> Verdict | None:
        if before.attributes == after.attributes:
            return None
        return Verdict(Action.ALTER) if self.alterable else Verdict(Action.REPLACE, "it cannot be altered in place")

    def lasting(self, before: Object, after: Object) -> Attributes:
        """What of an alter the server may have no way back from."""
        return {}

    def disturbed_by(self, obj: Object, change: Change) -> bool:
        """Whether this object, unchanged itself, has to be taken down and rebuilt around the change of one it refers
        to."""
        if change.action in (Action.DROP, Action.REPLACE):
            return True
        return change.disturbs and self.rebuilt_on_type_change

    def touches(self, change: Change, referrers: Sequence[Object]) -> Iterable[Address]:
        """Other objects that this change's own statements alter, out of those that refer to it."""
        return ()

    def rank(self, obj: Object, parent: Object) -> int | None:
        """Where it stands among its siblings, if those stand in the order they were made in and that order counts."""
        return None

    def part_of(self, change: Change) -> Address | None:
        """What may have to be made anew for this change of a part of it."""
        return None

    def refused_in_place(self, change: Change, referrers: Sequence[Object], version: int) -> bool:
        """Whether a server of this major refuses the change, by itself or because of who refers to the whole."""
        return False

    def carries(
        self, change: Change, live: Mapping[Address, Object], target: Mapping[Address, Object]
    ) -> Iterable[Address]:
        """Objects whose own changes an ALTER carries out by the way."""
        return ()

    def turn(
        self,
        change: Change,
        changes: Mapping[Address, Change],
        live: Mapping[Address, Object],
        target: Mapping[Address, Object],
    ) -> Turn:
        """Those of the changed objects that this one comes before or after, though it does not refer to them."""
        return Turn()

    def apart(self, before: Object, after: Object) -> bool:
        """Whether an alter is done in two parts, with changes of its own parts in between."""
        return False

    def upsets(
        self, change: Change, live: Mapping[Address, Object], target: Mapping[Address, Object]
    ) -> Iterable[Address]:
        """Objects that stay, but have to let go of this one while it changes."""
        return ()

    def committed_first(self, change: Change) -> bool:
        """Whether an alter is committed before anything else may use it, and needs nothing of what else is changed."""
        return False

    def between(self, obj: Object) -> bool:
        """Whether it changes between both parts of an alter of its parent."""
        return False

    def made_anew(self, change: Change, live: Mapping[Address, Object], target: Mapping[Address, Object]) -> str:
        """Why an object that could be altered is replaced after all, seen what hangs on it; empty where it is not."""
        return ""

    def forces(
        self, change: Change, live: Mapping[Address, Object], target: Mapping[Address, Object]
    ) -> Iterable[Address]:
        """Objects that have to be made anew so that this one can change."""
        return ()

    def keeps(self, change: Change) -> str:
        """`moved` or `values` where the change would destroy data, empty where it does not."""
        return ""

    def made_of(self, obj: Object) -> Iterable[Address]:
        """What it goes with, if that is destroyed, instead of going to quarantine."""
        return ()

    def identity(self, obj: Object) -> str:
        """How COMMENT ON, ALTER and DROP name the object."""
        return f"{self.sql_name or self.name.upper()} {'.'.join(ident(p) for p in obj.address.path)}"

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        raise LookupError(self.name)

    def filled(self, before: Object, after: Object) -> bool:
        """Whether what is made anew takes over its contents only once its parts are there."""
        return False

    def fill(self, obj: Object, work: Work) -> Iterable[Statement]:
        raise LookupError(self.name)

    def loosen(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        raise LookupError(self.name)

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        raise LookupError(self.name)

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        yield Statement(f"DROP {self.identity(obj)}", Risk.CAUTION)

    def outlasts(self, made: Object, before: Object, objects: Mapping[Address, Object]) -> bool:
        return False

    def moved(self, before: Object, after: Object) -> Object | None:
        return None

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        hazard = Hazard(codes.RENAME, "queries that use the old name fail from the moment this commits")
        if before.address.path[:-1] != after.address.path[:-1]:
            schema = after.address.path[0]
            yield Statement(f"ALTER {self.identity(before)} SET SCHEMA {ident(schema)}", Risk.DANGEROUS, (hazard,))
            before = before._replace(address=Address(self.name, (schema, *before.address.path[1:])))
        if before.address != after.address:
            new = ident(after.address.path[-1])
            yield Statement(f"ALTER {self.identity(before)} RENAME TO {new}", Risk.DANGEROUS, (hazard,))
