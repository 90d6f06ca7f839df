"""What a plan that stopped part way has left unfinished that the catalogue alone does not tell: only going on with it,
or taking it back, ends that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from faberdb.model import Address, Object
from faberdb.plan.document import Difference, Plan
from faberdb.plan.fingerprint import fingerprint


class Halted(NamedTuple):
    """A plan that stopped part way, and its transactions that are committed."""

    plan: Plan
    done: frozenset[int]

    def goes_on(self, live: Mapping[Address, Object]) -> bool:
        """Whether the managed catalogue is as it was left, so that the rest of the plan still fits."""
        return fingerprint(live) == self.plan.fingerprint_after(self.done)

    def own(self, live: Mapping[Address, Object]) -> list[Address]:
        """What is there only while the plan is at work: it was not there before it, and will not be after it. Another
        plan would take it for the user's, drop it, and bring it back when it is itself taken back."""
        wanted = {d.address for d in self.plan.differences}
        new = [d.address for d in self._changed if d.before is None and d.after is not None]
        return [a for a in new if a in live and a not in wanted and not self._is_renamed(a)]

    def unwritten(self, live: Mapping[Address, Object]) -> list[Address]:
        """What has come, or changed, and has rows that are still to be written: another plan would not know."""
        changed = {d.address for d in self._changed}
        left = (step for step in self.plan.steps if step.statement.batches and step.transaction not in self.done)
        return [a for a in dict.fromkeys(step.address for step in left) if a in changed and a in live]

    @property
    def _changed(self) -> tuple[Difference, ...]:
        stage = self.plan.stage(self.done)
        return stage.differences if stage else ()

    def _is_renamed(self, address: Address) -> bool:
        """Whether it was there under another name, which the plan gives up before or after this moment."""
        gone = {d.address for d in self._changed if d.before is not None and d.after is None}
        pairs = [(old.address, new.address) for old, new in self.plan.renames]
        return any(
            Address(address.kind, (*former.path, *address.path[len(now.path) :])) in gone
            for pair in pairs
            for former, now in (pair, pair[::-1])
            if address.path[: len(now.path)] == now.path
        )
