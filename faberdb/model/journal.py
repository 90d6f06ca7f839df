"""The journal of applies that is kept beside the state of an environment, instead of in its database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

JOURNAL_ENDING = ".journal"
"""What the name of the document ends with, after that of its environment. No environment's own name ends so."""


@dataclass(frozen=True, slots=True)
class NotedTransaction:
    """What is noted of one transaction of a plan.

    outcome: `begun` for a statement outside of transactions that is about to run; `committing`, right before COMMIT;
    `done`. id: what the server calls the transaction; empty outside of any.
    """

    number: int
    outcome: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class NotedPlan:
    """A plan that was begun, or gone on with. database: the identity of the one it was begun on; restored: of those
    that a restore made of that one. started, ended, noted: by the clock of the server, ISO 8601 in UTC with
    microseconds; ended is empty until then, noted is the last time that anything was. document: the plan."""

    plan_id: str
    number: int
    kind: str
    state: str
    holder: str
    started: str
    ended: str
    noted: str
    database: Mapping[str, Any]
    document: str = field(repr=False)
    transactions: tuple[NotedTransaction, ...] = ()
    restored: tuple[Mapping[str, Any], ...] = ()

    @property
    def databases(self) -> tuple[Mapping[str, Any], ...]:
        """The identities of all that it is of."""
        return (self.database, *self.restored)


class StoredJournal(Protocol):
    """Such a journal, as whoever applies uses it. always: whether it is used even where the database could hold one.
    place: where people find it."""

    @property
    def always(self) -> bool: ...
    @property
    def place(self) -> str: ...

    def plans(self) -> tuple[NotedPlan, ...]:
        """What is noted now, in the order in which it was begun. Raises StateError."""
        ...

    def take(self, holder: str) -> tuple[NotedPlan, ...]:
        """What is noted now; from then on no write of whoever took it before succeeds. Raises JournalError."""
        ...

    def write(self, plan: NotedPlan) -> None:
        """Note a plan in the place of what was noted of it. To be called once it is taken. Raises JournalError;
        LockLostError where somebody else has taken it, or written it, since."""
        ...

    def rebind(self, old: Mapping[str, Any], new: Mapping[str, Any], until: str) -> None:
        """What had ended on one database until a moment is known of another too, which is that one as it was then.
        Raises JournalError."""
        ...
