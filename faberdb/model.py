"""The words of the engine: addresses, objects, changes, steps, and what a provider must answer.

Nothing here does I/O and nothing here knows SQL or the name of an object kind. Every other room speaks in
these values; a provider fills them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, Protocol

Attributes = Mapping[str, Any]
"""JSON values only: what plan and state files can hold, and what equality means."""

_PLAIN_PART = re.compile(r"[a-z_][a-z0-9_$]*\Z")
_PART = re.compile(r'"((?:[^"]|"")*)"|([^."]+)')


@lru_cache(maxsize=100_000)
def _quoted(part: str) -> str:
    return part if _PLAIN_PART.match(part) else '"' + part.replace('"', '""') + '"'


class Address(NamedTuple):
    """Names one object of a database: a kind and a path, `column:public.customer.email`.

    Parts that are not plain lower-case identifiers are written in double quotes, as SQL does. A tuple, because a plan
    hashes and compares addresses by the hundred thousand.
    """

    kind: str
    path: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"

    @property
    def name(self) -> str:
        """The path as people read it, without the kind."""
        return ".".join(map(_quoted, self.path))

    @classmethod
    def parse(cls, text: str) -> Address:
        """The address that `str` wrote as `text`; raises ValueError for anything else."""
        kind, colon, rest = text.partition(":")
        if colon and rest and '"' not in rest and ".." not in rest and rest[0] != "." and rest[-1] != ".":
            return cls(kind, tuple(rest.split(".")))
        parts, position = [], 0
        while colon and position < len(rest):
            match = _PART.match(rest, position)
            if match is None:
                break
            parts.append(match[1].replace('""', '"') if match[1] is not None else match[2])
            position = match.end() + 1
        if not parts or position != len(rest) + 1:
            raise ValueError(f"not an address: {text!r}")
        return cls(kind, tuple(parts))


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a declared object was written: the file and the TOML keys that lead to it.

    Line and column are worked out from the keys only when an error needs them.
    """

    file: Path
    keys: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Object:
    """One thing a database holds, declared or canonical; both have the same attributes, spelled by a person or by
    the server.

    parent: the object whose drop takes this one along, and under which people look for it.
    references: what must exist before this does. For canonical objects the server's own dependency records, for
    declared ones what the declaration names.
    suggested: what its opaque texts mention (a function's body): better there before, as far as that can be.
    scope: the schemas in which unqualified names of a declared object are looked up; empty for canonical ones.
    hints: what a declaration says about the way there (a backfill, a cast), which is no part of what is compared.
    """

    address: Address
    attributes: Attributes
    parent: Address | None = None
    references: frozenset[Address] = frozenset()
    scope: tuple[str, ...] = ()
    origin: Origin | None = field(default=None, compare=False)
    renamed_from: Address | None = field(default=None, compare=False)
    hints: Attributes = field(default_factory=dict, compare=False)
    suggested: frozenset[Address] = field(default=frozenset(), compare=False)


LEFT_OUT = "left out by [project] include or exclude"
"""Why something is unmanaged that faberdb could manage."""


@dataclass(frozen=True, slots=True)
class Unmanaged:
    """Something the database holds that faberdb leaves alone, because no kind models it or the project says so; listed
    in every plan, so that silence hides nothing."""

    what: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A database as one consistent snapshot saw it."""

    objects: Mapping[Address, Object]
    unmanaged: tuple[Unmanaged, ...] = ()
    casts: frozenset[tuple[str, str]] = frozenset()
    version: int = 0


class Action(StrEnum):
    """What happens to an object."""

    CREATE = "create"
    ALTER = "alter"
    REPLACE = "replace"
    RENAME = "rename"
    DROP = "drop"


class Risk(IntEnum):
    """How much a step can hurt; the worst step names the plan's risk."""

    SAFE = 0
    CAUTION = 1
    DANGEROUS = 2
    DESTRUCTIVE = 3

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Hazard:
    """A sentence about what a step can do to the application or its data, with a code to look up."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a kind gets from one form of an object to the other.

    disturbs: dependents that the server does not carry along by itself must be taken down before and rebuilt after
    (a view over a column whose type changes).
    """

    action: Action
    reason: str = ""
    disturbs: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One object's way from live to target. `before` is None for a create, `after` for a drop."""

    address: Address
    action: Action
    before: Object | None
    after: Object | None
    reason: str = ""
    disturbs: bool = False
    touches: frozenset[Address] = frozenset()
    """Other objects that the same statements change (the columns of a type that is rebuilt)."""
    follows: bool = False
    """Rebuilt only because something it stands on is."""
    waits: frozenset[Address] = frozenset()
    """Objects whose changes, if they change, come first (after a drop), beyond what references say."""
    by: Address | None = None
    """The altered object whose statements carry this change out too (a column that is inherited from now on)."""


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL that a kind wants run, and what is known about it without running it.

    own_transaction: must be committed before anything that follows may use it. outside: cannot run inside a
    transaction at all; then done_when is a query that says whether it took effect. probe: a query for the keys of up
    to five rows that are in the way, asked when the statement fails on data. secrets: environment variables whose
    values take the place of `'${NAME}'` in the text at the moment it is run, and are written down nowhere. shared: of
    objects that are written together (`Work.together`), those that yield this very text mean one and the same
    statement, which stands once, after what each of them does before it.
    """

    sql: str
    risk: Risk = Risk.SAFE
    hazards: tuple[Hazard, ...] = ()
    own_transaction: bool = False
    outside: bool = False
    done_when: str = ""
    probe: str = ""
    secrets: tuple[str, ...] = ()
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One statement of a plan, in order. Steps with the same transaction number commit together."""

    id: str
    address: Address
    action: Action
    statement: Statement
    transaction: int
    depends_on: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds. lock: how long a step waits for a lock. statement: how long it may run; None for no limit."""

    lock: float = 5.0
    statement: float | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """The server refused a step: its words, and the keys of up to five rows that were in the way. passing: it only had
    to wait too long for somebody else, so the same may succeed a little later."""

    words: tuple[str, ...]
    rows: tuple[str, ...] = ()
    passing: bool = False


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """What the journal in a database says of a plan that was begun there.

    number: the order of plans. state: `running` if it did not come to say how it ended. at: when it ended, or began.
    document: the plan. done: its transactions that are committed, as far as they noted that.
    """

    plan_id: str
    number: int
    kind: str
    state: str
    holder: str
    at: str
    document: str
    done: frozenset[int]


@dataclass(frozen=True, slots=True)
class Kept:
    """What quarantine holds of one object: where, and what came along.

    form: `moved` (the object itself, with all its children, now lives in `place`), `values` (a table `place` with
    the key of each row and the values it had, which several objects of one parent can share) or `position` (how far a
    sequence had come).
    """

    address: Address
    form: str
    place: str
    carries: tuple[Address, ...] = ()
    detail: Attributes = field(default_factory=dict)


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

    def castable(self, source: str, target: str) -> bool:
        """Whether the server has a cast between these two types, by their canonical names."""
        ...

    def keep(self, address: Address) -> Kept | None:
        """Where this object (or its values) goes instead of being destroyed; None where nothing is to be kept."""
        ...

    def kept(self, address: Address) -> Kept | None:
        """Where this object (or its values) waits to be brought back; None where it is to be made anew."""
        ...

    def together(self, address: Address) -> Sequence[Address]:
        """The objects whose values are kept, or given back, by the same statements as those of this one, itself among
        them."""
        ...


class Kind(Protocol):
    """One sort of object: its TOML shape, its canonical form, its statements. One kind is one file."""

    name: str
    """Address prefix, JSON Schema key, docs page: `foreign_key`."""
    section: str
    """The TOML table that holds them: `foreign_keys`; empty where they are not declared by themselves."""
    within: tuple[str, ...]
    """Kinds whose TOML block holds the section; empty for the top of a file."""
    single: bool
    """At most one in its container, so the section is the object itself, not a table of names."""
    Declared: Any
    """pydantic model of one entry, or None."""
    managed: bool
    """False: read, copied to scratch and listed, but not compared yet."""
    shell: bool
    """Belongs to the least form of its parent that others can refer to (columns and keys of a table)."""
    dropped_inline: bool
    """Its parent's drop takes it along."""
    as_declared: bool
    """What is not declared is left as it is, so the declared form is compared, not the server's print of it."""
    watches: bool
    """Acts on every change of the database (an event trigger), so it is made after all others and goes first."""
    texts: tuple[str, ...]
    """Attributes whose text is the server's print of an expression and may not be a fixed point of its printer."""
    optional: bool
    """Whether and how there is one is left to the server where nothing is declared: an owner, a role."""

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
    def compare(self, before: Object, after: Object) -> Verdict | None: ...
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

    def waits(
        self,
        change: Change,
        changes: Mapping[Address, Change],
        live: Mapping[Address, Object],
        target: Mapping[Address, Object],
    ) -> Iterable[Address]:
        """Those of the changed objects whose changes this one comes after, or before if it is a drop, though it does
        not refer to them."""
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
    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]: ...
    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]: ...
    def drop(self, obj: Object, work: Work) -> Iterable[Statement]: ...
    def rename(self, before: Object, after: Object) -> Iterable[Statement]: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where a declaration stands: its schema, the container it is written in, its file and keys."""

    schema: str
    container: Address | None
    scope: tuple[str, ...]
    origin: Origin
