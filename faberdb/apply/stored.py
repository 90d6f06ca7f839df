"""The journal beside the state of an environment: a document of the state store, written by compare-and-put alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from faberdb.errors import JournalError, LockLostError, StateError
from faberdb.model import JOURNAL_ENDING

if TYPE_CHECKING:
    from faberdb.model import NotedPlan
    from faberdb.store import StateStore

# What reads and writes the document is loaded when there is one: most commands find none.


@dataclass
class _Taken:
    """The journal as whoever has taken it last wrote it, and the version that this is. begun: what was being written
    when a Ctrl-C came, and may have been."""

    holder: str
    token: str
    plans: tuple[NotedPlan, ...]
    version: str | None
    begun: bytes | None = field(default=None, repr=False)


class StateJournal:
    """`faberdb.model.StoredJournal` over a state store. The version of what was read last goes with each write, so
    that somebody who took over in between makes it fail: that is what fences off."""

    def __init__(self, store: Callable[[], StateStore], environment: str, *, always: bool) -> None:
        self._opened, self.environment, self.always = store, environment, always
        self._taken: _Taken | None = None

    @cached_property
    def _store(self) -> StateStore:
        return self._opened()

    @property
    def _name(self) -> str:
        return self.environment + JOURNAL_ENDING

    @property
    def place(self) -> str:
        """Where people find the document."""
        return self._store.place(self._name)

    def plans(self) -> tuple[NotedPlan, ...]:
        """What is noted now. Raises StateError."""
        found = self._store.get(self._name)
        return self._read(found[0]) if found else ()

    def take(self, holder: str) -> tuple[NotedPlan, ...]:
        """What is noted now, with a token of its own for whoever takes it. Raises JournalError, LockLostError."""
        from secrets import token_hex

        try:
            found = self._store.get(self._name)
        except StateError as error:
            raise self._unwritten(error) from error
        plans, version = (self._read(found[0]), found[1]) if found else ((), None)
        self._taken = _Taken(holder, token_hex(16), plans, version)
        self._put(plans)
        return plans

    def write(self, plan: NotedPlan) -> None:
        """Note a plan in the place of what was noted of it. Raises JournalError, LockLostError."""
        assert self._taken is not None
        others = [other for other in self._taken.plans if other.plan_id != plan.plan_id]
        self._put(sorted((*others, plan), key=lambda one: one.number))

    def rebind(self, old: Mapping[str, Any], new: Mapping[str, Any], until: str) -> None:
        """What had ended on one database until a moment (ISO 8601, UTC) is noted as of another too. Raises
        JournalError."""
        if not any(_within(plan, old, until) for plan in self.plans()):
            return
        plans = self.take("restore")
        self._put([_restored(plan, new) if _within(plan, old, until) else plan for plan in plans])

    def _read(self, data: bytes) -> tuple[NotedPlan, ...]:
        from faberdb.plan.journal import from_json

        return from_json(data, self.place)

    def _put(self, plans: Sequence[NotedPlan]) -> None:
        from faberdb.plan.journal import to_json

        taken = self._taken
        assert taken is not None
        before, data = taken.begun, to_json(self.environment, taken.token, taken.holder, plans)
        taken.begun = data
        try:
            taken.version = self._store.put(self._name, data, taken.version)
        except StateError as error:
            taken.version = self._after(error, taken, before, data)
        taken.plans, taken.begun = tuple(plans), None

    def _after(self, error: StateError, taken: _Taken, before: bytes | None, data: bytes) -> str:
        """The version of what was written after all, though the store said no. The token in it tells that it is ours.
        Raises JournalError, LockLostError."""
        try:
            found = self._store.get(self._name)
            if found and found[0] == data:
                return found[1]
            if found and before is not None and found[0] == before:
                return self._store.put(self._name, data, found[1])
        except StateError as second:
            raise self._unwritten(second) from error
        if (found[1] if found else None) == taken.version:
            raise self._unwritten(error) from error
        raise LockLostError(
            f"somebody else has taken over the journal of environment {self.environment}",
            where=self.place,
            advice=f"see who changed it, and where it stands: faberdb status {self.environment}",
        ) from error

    def _unwritten(self, error: StateError) -> JournalError:
        return JournalError(
            f"the journal of environment {self.environment}, in the state store, could not be written: {error.message}",
            where=error.where,
            detail=error.detail,
            advice="correct the cause, then run the same command again",
        )


def _within(plan: NotedPlan, old: Mapping[str, Any], until: str) -> bool:
    of_it = any(dict(one) == dict(old) for one in plan.databases)
    return of_it and bool(plan.ended) and plan.ended[:19] <= until[:19]


def _restored(plan: NotedPlan, new: Mapping[str, Any]) -> NotedPlan:
    """The plan, of that database too. What the server called its transactions says nothing to another server."""
    transactions = tuple(replace(one, id="") if one.outcome == "done" else one for one in plan.transactions)
    return replace(plan, restored=(*plan.restored, dict(new)), transactions=transactions)
