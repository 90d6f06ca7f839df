"""What a provider must answer for each sort of object, and what it may ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from faberdb.model.address import Address
    from faberdb.model.change import Change, Hazard, Statement, Turn, Verdict
    from faberdb.model.object import Attributes, Object, Place
    from faberdb.model.run import Kept


class Work(Protocol):
    """What a kind may ask while it writes steps."""

    @property
    def version(self) -> int:
        """The server's major version."""
        ...

    def before(self, address: Address) -> Object | None:
        """The object as it stands live."""
        ...

    def after(self, address: Address) -> Object | None:
        """The object as it is wanted."""
        ...

    def children(self, address: Address, *, after: bool) -> Sequence[Object]:
        """Objects whose parent is this one, live or wanted, by address."""
        ...

    def referrers(self, address: Address, *, after: bool) -> Sequence[Object]:
        """Objects that refer to this one, live or wanted, by address."""
        ...

    def all_of(self, kind: str, *, after: bool) -> Sequence[Object]:
        """All objects of a kind, live or wanted."""
        ...

    def castable(self, source: str, target: str) -> bool:
        """Whether the server has a cast between these two types, by their canonical names."""
        ...

    def keep(self, address: Address) -> Kept | None:
        """Where this object (or its values) goes instead of being destroyed; None where nothing is to be kept."""
        ...

    def kept(self, address: Address) -> Kept | None:
        """Where this object (or its values) waits to be brought back; None where it is to be made anew."""
        ...

    def lasting(self, address: Address) -> str:
        """Why the server has no way back from the change of this object; empty where it has one."""
        ...

    def online(self, table: Address) -> bool:
        """Whether who uses this table is not to be kept waiting while its rows are read; never for one that is new."""
        ...

    def together(self, address: Address) -> Sequence[Address]:
        """The objects whose values are kept, or given back, by the same statements as those of this one, itself among
        them."""
        ...


class Kind(Protocol):
    """One sort of object: its TOML shape, its canonical form, its statements. One kind is one file or folder."""

    name: str
    """Address prefix, JSON Schema key, docs page: `foreign_key`."""
    section: str
    """The TOML table that holds them: `foreign_keys`; empty where they are not declared by themselves."""
    within: tuple[str, ...]
    """Kinds whose TOML block holds the section; empty for the top of a file."""
    single: bool
    """At most one in its container, so the section is the object itself, not a table of names."""
    listed: bool
    """The section is a list of tables that say their `name` themselves: `[[steps]]`."""
    Declared: Any
    """pydantic model of one entry, or None."""
    managed: bool
    """False: read, copied to scratch and listed, but not compared yet."""
    shell: bool
    """Belongs to the least form of its parent that others can refer to (columns and keys of a table)."""
    forerunner: str
    """The kind of what bears its name before it is there, for what it is made of to refer to; empty for most."""
    dropped_inline: bool
    """Its parent's drop takes it along."""
    of_server: bool
    """Belongs to the whole server: read only where the project asks for it, never dropped unless it was declared."""
    as_declared: bool
    """What is not declared is left as it is, so the declared form is compared, not the server's print of it."""
    watches: bool
    everywhere: bool
    """Acts on every change of the database (an event trigger), so it is made after all others and goes first."""
    texts: tuple[str, ...]
    """Attributes whose text is the server's print of an expression and may not be a fixed point of its printer."""
    flaws: Mapping[str, str]
    """Attributes that only something gone wrong gives an object, and what that is: no declaration asks for them, and a
    plan repairs them."""
    optional: bool
    """Whether and how there is one is left to the server where nothing is declared: an owner, a role."""
    once: bool
    """Done and not made: that one is there means that it was done. What is built on scratch as it is live, or as it is
    declared, is only noted."""

    def declare(self, place: Place, name: str, spec: Any) -> Iterator[Object]: ...
    def inlines(self, obj: Object) -> bool:
        """Whether its create may be written into its parent's create."""
        ...

    def whole(self, obj: Object) -> bool:
        """Whether it can only be made together with its children (a table partitioned by its columns)."""
        ...

    def write(self, obj: Object) -> Mapping[str, Any]: ...
    def shorten(self, fragment: Mapping[str, Any]) -> Any: ...
    def mentions(self, obj: Object) -> Iterable[str]: ...
    def opaque(self, obj: Object) -> Iterable[str]:
        """Texts that the server keeps as they are and looks into only when they run."""
        ...

    def fault(self, obj: Object) -> str:
        """Why a text of a declared object cannot stand in a statement (it would end it); empty where all can."""
        ...

    def entry_key(self, obj: Object) -> str:
        """The key of its TOML entry."""
        ...

    def names(self, obj: Object) -> Iterable[tuple[str, ...]]:
        """By what texts call it, by name space; unlike what is claimed, others may bear the same."""
        ...

    def moved(self, before: Object, after: Object) -> Object | None:
        """As it is once it is where its declaration wants it, if all that use it follow by themselves, as they follow a
        new name; nothing where it stays, or is altered like any other."""
        ...

    def outlasts(self, made: Object, before: Object, objects: Mapping[Address, Object]) -> bool:
        """Whether what a plan has made of it stays so when the plan is taken back, because nothing leads back from
        there. objects: all, as the plan has left them. The step that made it so says `undo: none`."""
        ...

    def deed(self, obj: Object) -> object:
        """What was done, or is to be, of kinds that are done once; under one name it cannot be another."""
        ...

    def remains(self, obj: Object) -> bool:
        """Whether it stays done when the plan that did it is taken back, of kinds that are done once."""
        ...

    def stands_by(self, obj: Object) -> Mapping[str, Address]:
        """What it says that it comes `after` or `before`."""
        ...

    def watching(self, obj: Object) -> Hazard | None:
        """What the object, while it stays, does to every change; of kinds that watch."""
        ...

    def absent(self, obj: Object) -> bool:
        """Whether the declaration says that there is to be none."""
        ...

    def stays(self, obj: Object, above: Object | None) -> bool:
        """Whether one that nobody declared stays as it is on its parent, which does."""
        ...

    def joined(self, there: Object, declared: Object) -> Object:
        """What is declared and what is there besides, in one."""
        ...

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]: ...
    def offers(self, obj: Object) -> tuple[str, ...] | None:
        """What it can serve as, where the server takes any one of several (a key, to a foreign key)."""
        ...

    def reads(self, obj: Object, find: Callable[[Address], Object | None]) -> Iterable[Address]:
        """What is read when it is made, where it holds rows of its own that come from there."""
        ...

    def picks(self, obj: Object) -> tuple[str, ...] | None:
        """What it wants of those that offer it: the server decides which one, and only a reading tells."""
        ...

    def renamed_within(self, live: Object, wanted: Object) -> Object | None:
        """The live object with the parts of it renamed that the declaration renames and that are no objects (values of
        an enum); None where there are none."""
        ...

    def compare(self, before: Object, after: Object) -> Verdict | None: ...
    def lasting(self, before: Object, after: Object) -> Attributes:
        """What of an alter the server may have no way back from (the version of an extension): only it can tell."""
        ...

    def disturbed_by(self, obj: Object, change: Change) -> bool: ...
    def touches(self, change: Change, referrers: Sequence[Object]) -> Iterable[Address]: ...
    def rank(self, obj: Object, parent: Object) -> int | None:
        """Where it stands among its siblings, if those stand in the order they were made in and that order counts."""
        ...

    def part_of(self, change: Change) -> Address | None:
        """What may have to be made anew for this change of a part of it (an attribute of a composite type)."""
        ...

    def refused_in_place(self, change: Change, referrers: Sequence[Object], version: int) -> bool:
        """Whether a server of this major refuses the change, by itself or because of who refers to the whole."""
        ...

    def carries(
        self, change: Change, live: Mapping[Address, Object], target: Mapping[Address, Object]
    ) -> Iterable[Address]:
        """Objects whose own changes an ALTER carries out by the way."""
        ...

    def turn(
        self,
        change: Change,
        changes: Mapping[Address, Change],
        live: Mapping[Address, Object],
        target: Mapping[Address, Object],
    ) -> Turn:
        """Those of the changed objects that this one comes before or after, though it does not refer to them."""
        ...

    def apart(self, before: Object, after: Object) -> bool:
        """Whether an alter is done in two parts: `loosen`, changes of its own parts, `alter`."""
        ...

    def upsets(
        self, change: Change, live: Mapping[Address, Object], target: Mapping[Address, Object]
    ) -> Iterable[Address]:
        """Objects that stay, but have to let go of this one while it changes: an alter in two parts."""
        ...

    def committed_first(self, change: Change) -> bool:
        """Whether an alter is committed before anything else may use it, and needs nothing of what else is changed."""
        ...

    def between(self, obj: Object) -> bool:
        """Whether it changes between both parts of an alter of its parent."""
        ...

    def made_anew(self, change: Change, live: Mapping[Address, Object], target: Mapping[Address, Object]) -> str:
        """Why an object that could be altered is replaced after all, seen what hangs on it; empty where it is not."""
        ...

    def forces(
        self, change: Change, live: Mapping[Address, Object], target: Mapping[Address, Object]
    ) -> Iterable[Address]:
        """Objects that have to be made anew so that this one can change."""
        ...

    def keeps(self, change: Change) -> str: ...
    def made_of(self, obj: Object) -> Iterable[Address]:
        """What it goes with, if that is destroyed, instead of going to quarantine: it holds no rows, and on the way
        back it is made anew. Empty for what waits in quarantine whatever becomes of others."""
        ...

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]: ...
    def filled(self, before: Object, after: Object) -> bool:
        """Whether what is made anew takes over its contents only once its parts are there: `fill`."""
        ...

    def fill(self, obj: Object, work: Work) -> Iterable[Statement]:
        """What brings the contents over."""
        ...

    def loosen(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        """The first part of an alter in two parts."""
        ...

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]: ...
    def drop(self, obj: Object, work: Work) -> Iterable[Statement]: ...
    def rename(self, before: Object, after: Object) -> Iterable[Statement]: ...
