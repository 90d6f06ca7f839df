"""What is known of the steps of a plan once they are run: limits, failures, the journal, what was kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from faberdb.model.address import Address
    from faberdb.model.object import Attributes


ROWS_WAIT = 5.0
"""Seconds to wait for a lock where nobody waits behind: who reads tables, or writes rows."""


class Limits(NamedTuple):
    """Seconds. lock: how long a step waits for a lock, and keeps everybody waiting who comes after it. statement: how
    long it may run; None for no limit. patience: how long it is tried again where it does not get its lock."""

    lock: float = 5.0
    statement: float | None = None
    patience: float = 0.0


@dataclass(frozen=True, order=True, slots=True)
class Lock:
    """A relation, as in `table public.customer`, and a lock mode in SQL's words, `ACCESS EXCLUSIVE`."""

    relation: str
    mode: str


class Effects(NamedTuple):
    """What a step does to relations that were there before its transaction, as a server of the same major showed it.

    locks: those that its transaction did not hold before, less ACCESS SHARE, which hinders nobody but those who drop.
    rewrites: what gets new files. scans: what is read from end to end. All are sorted. remarks: what the server itself
    said of the work on the way, in its own words.
    """

    locks: tuple[Lock, ...] = ()
    rewrites: tuple[str, ...] = ()
    scans: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


NOT_ASKED = "not asked for"
"""Why live rows were not checked where nobody wanted that."""


@dataclass(frozen=True, slots=True)
class LiveRows:
    """What the live database said of rows in the way of a step, before anything of the plan ran.

    number: how many there were; more: there may be more. keys: of up to five of them, so that they can be looked up;
    they are data, so people see them and no file holds them. unchecked: why nothing is known; empty where it is.
    """

    number: int = 0
    more: bool = False
    keys: tuple[str, ...] = field(default=(), compare=False)
    unchecked: str = ""

    @property
    def unasked(self) -> bool:
        """Whether nothing is known because nobody wanted to know."""
        return self.unchecked == NOT_ASKED

    @property
    def count(self) -> str:
        """`3 rows`, `at least 10,000 rows`."""
        rows = f"{self.number:,} row{'' if self.number == 1 else 's'}"
        return f"at least {rows}" if self.more else rows


class Failure(NamedTuple):
    """The server refused a step: its words, and the keys of up to five rows that were in the way. passing: it only had
    to wait too long for somebody else, so the same may succeed a little later. blockers: for whom, as far as was seen;
    a line for each."""

    words: tuple[str, ...]
    rows: tuple[str, ...] = ()
    passing: bool = False
    blockers: tuple[str, ...] = ()


class Wait(NamedTuple):
    """A step waits for others: for whom, a line for each; which attempt it is, how many seconds each may wait for a
    lock, and for how many more seconds it is tried again."""

    blockers: tuple[str, ...]
    attempt: int
    longest: float
    left: float


class Filled(NamedTuple):
    """How far a step has come that is run in parts: rows it has gone through, of about how many, and for how many more
    seconds it will take if it goes on like that."""

    rows: int
    of: int
    left: float


class Refusal(NamedTuple):
    """What a scratch server says of a statement that it refuses; the statement, as it was sent, and where in it (from
    0) it was wrong, if that was said. of_rows: it is about values in rows, or a user's own routine said it of them.
    of_server: neither rows nor the statement are the cause. of_structure: no value in rows can be. without_a_value: it
    is about rows that have none. out_of_time: it was ended because it took too long. out_of_reach: it wanted to another
    server, which nothing that is tried out may."""

    words: tuple[str, ...]
    statement: str
    at: int | None = None
    of_rows: bool = False
    of_server: bool = False
    of_structure: bool = False
    without_a_value: bool = False
    out_of_time: bool = False
    out_of_reach: bool = False


class JournalEntry(NamedTuple):
    """What the journal of a database says of a plan that was begun there.

    number: the order of plans. state: `running` if it did not come to say how it ended. at: when it ended, or began.
    document: the plan. done: its transactions that are committed, as far as they noted that. in_doubt: those of which
    nobody knows whether they are, because the server has forgotten what became of them. started: when it began, by the
    clock of the server, ISO 8601 in UTC.
    """

    plan_id: str
    number: int
    kind: str
    state: str
    holder: str
    at: str
    document: str
    done: frozenset[int]
    in_doubt: frozenset[int] = frozenset()
    started: str = ""


class UnderWay(NamedTuple):
    """An apply, or a rollback, that holds the lock of a database right now.

    who: as its session calls itself. since: when that session began, age: how long ago; empty where this role may not
    know. plan_id, document, done: the plan, as in the journal; empty as long as none is begun, or where this role may
    not read it.
    """

    who: str
    since: str = ""
    age: str = ""
    plan_id: str = ""
    document: str = ""
    done: frozenset[int] = frozenset()


class Kept(NamedTuple):
    """What quarantine holds of one object: where, and what came along.

    form: `moved` (the object itself, with all its children, now lives in `place`), `aside` (the
    same of a type that is made anew by an alter, so that its children stay), `values` (a table `place` with
    the key of each row and the values it had, which several objects of one parent can share) or `position` (how far a
    sequence had come).
    """

    address: Address
    form: str
    place: str
    carries: tuple[Address, ...] = ()
    detail: Attributes = {}


class InQuarantine(NamedTuple):
    """What is in one place of quarantine.

    place: as `Kept` names it. things: how many tables, sequences and the like. rows: None where they were not counted;
    about: they are the server's estimate. bytes: on disk, with indexes. names: of what stands there by itself, each as
    its kind and its name; of a function without its arguments.
    """

    place: str
    things: int
    bytes: int
    rows: int | None = None
    about: bool = False
    names: tuple[tuple[str, str], ...] = ()


class Leaning(NamedTuple):
    """Something outside of some places of quarantine that needs what is in one of them: what it is, where in quarantine
    it is itself (empty where it is live), and what it needs."""

    what: str
    place: str
    needs: str
