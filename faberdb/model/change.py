"""What leads from one set of objects to another: changes, statements, steps, and what they can do."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from faberdb.model.address import Address
    from faberdb.model.estimate import Estimate
    from faberdb.model.object import Object
    from faberdb.model.run import Effects, LiveRows


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


IRREVERSIBLE = "FDB904"
"""Code of the hazard of a step that no rollback takes back: `undo: none (reason)`."""


NOTHING_KEPT = "FDB813"
"""Code of the hazard of a step that destroys what would have gone to quarantine."""


@dataclass(frozen=True, slots=True)
class Hazard:
    """A sentence about what a step can do to the application or its data, with a code to look up.

    in_use: it is about rows that are there and about who works with them, so it says nothing of what the same plan
    makes.
    """

    code: str
    message: str
    in_use: bool = field(default=False, compare=False)


class Verdict(NamedTuple):
    """How a kind gets from one form of an object to the other.

    disturbs: dependents that the server does not carry along by itself must be taken down before and rebuilt after
    (a view over a column whose type changes).
    """

    action: Action
    reason: str = ""
    disturbs: bool = False


class Turn(NamedTuple):
    """The changes of others that a change comes before or after, beyond what references say.

    behind: all of it comes after these. last: its last end does. ahead: its first end comes before these. binding: what
    comes later is not done without what it comes after.
    """

    behind: frozenset[Address] = frozenset()
    last: frozenset[Address] = frozenset()
    ahead: frozenset[Address] = frozenset()
    binding: bool = False


ANY_TURN = Turn()
"""References alone say when."""


class Change(NamedTuple):
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
    turn: Turn = ANY_TURN
    apart: bool = False
    """An alter in two parts: it lets go of what it stood on, and takes hold of what it is to stand on, with other
    changes in between (a partition that goes to another table)."""
    held: bool = False
    """Something that waits in quarantine needs what was there before, so it goes there too instead of away."""
    by: Address | None = None
    """The altered object whose statements carry this change out too (a column that is inherited from now on)."""


class Batches(NamedTuple):
    """How a statement that writes many rows is run: as one of its condition and ever more ranges, each committed with
    how far it came. table, key: as SQL; ranges of the key, or of places in the table's file where there is none.
    condition: of the rows that it still has to write. fills: the column whose rows have values only once the last part
    is done, if what stands on that has to wait. ending: what comes after the range, as SQL.
    """

    table: str
    key: tuple[str, ...]
    condition: str
    fills: Address | None = None
    ending: str = ""


class Statement(NamedTuple):
    """SQL that a kind wants run, and what is known about it without running it.

    own_transaction: must be committed before anything that follows may use it. outside: cannot run inside a
    transaction at all; then done_when is a query that says whether it took effect. probe: a query for the keys of
    rows that are in the way, after what has to be tried before it can be asked: of live rows before the plan runs,
    and when the statement fails on data. hindsight: it says something only then. untold: why rows may be in the way
    that the probe does not find; empty where it finds all. secrets: environment variables whose values take the
    place of `'${NAME}'` in the text at the moment it is run, and are written down nowhere. shared: of objects that
    are written together (`Work.together`), those that yield this very text mean one and the same statement, which
    stands once, after what each of them does before it. afterwards: comes after all other changes of the plan, in a
    transaction of its own, as it takes long and nothing waits for it. joined: in that of the statement before it
    all the same. beforehand: comes before all other changes, which are done in one moment then. batches: it ends with a
    condition, and is run in parts, not in one transaction. on_scratch: what a scratch server runs in its place, which
    does the same to the catalogue without what only the live server has: a secret that a name cannot stand for, a
    module. scope: where names in it are looked up, if not as its own object's declaration has it. beside: the other
    objects that a shared statement is of, too. folder: of the server's machine, that the text names; a scratch server
    has it below its own.
    """

    sql: str
    risk: Risk = Risk.SAFE
    hazards: tuple[Hazard, ...] = ()
    own_transaction: bool = False
    outside: bool = False
    done_when: str = ""
    probe: tuple[str, ...] = ()
    hindsight: bool = False
    untold: str = ""
    secrets: tuple[str, ...] = ()
    shared: bool = False
    afterwards: bool = False
    joined: bool = False
    beforehand: bool = False
    batches: Batches | None = None
    on_scratch: str = ""
    scope: tuple[str, ...] = ()
    beside: tuple[Address, ...] = ()
    folder: str = ""


class Step(NamedTuple):
    """One statement of a plan, in order. Steps with the same transaction number commit together."""

    id: str
    address: Address
    action: Action
    statement: Statement
    transaction: int
    depends_on: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    effects: Effects | None = None
    """What it did on scratch; None where that was not measured."""
    estimate: Estimate | None = None
    """What it will have to do live; None where it works on nothing that is there, or on next to nothing."""
    live: LiveRows | None = None
    """What was found of live rows in its way; None where no row can be, or none was looked for."""

    @property
    def whose(self) -> str:
        """All objects that its statement is of, in words: any of them may be why it fails."""
        first, *others = dict.fromkeys((self.address, *self.statement.beside))
        return f"{first.spoken} or {', '.join(a.spoken for a in others)}" if others else first.spoken


class Pending(NamedTuple):
    """A change that a plan holds back because it is riskier than asked for: what it is about, the worst risk of its
    steps, and the codes of their hazards."""

    address: Address
    action: Action
    risk: Risk
    codes: tuple[str, ...] = ()
