"""A plan as a document: everything apply does, and everything a person needs to judge it, is in here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any, NamedTuple

from faberdb.model import (
    Address,
    CarriedRows,
    Change,
    Kept,
    KeptBytes,
    Object,
    Pending,
    Risk,
    Step,
    Unmanaged,
    reworded,
    rounded,
)

FORMAT_VERSION = "1.0"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was proven: on which server, of how much of the catalogue, in which directions. rows: what of it with rows;
    None where the plan has to do with none."""

    server: str
    scope: str
    forward: bool
    backward: bool
    rows: CarriedRows | None = None


class Difference(NamedTuple):
    """One object's canonical form before and after the plan, under the names it has while the plan runs."""

    address: Address
    before: Object | None
    after: Object | None


def replaced(differences: Iterable[Difference], kept: Iterable[Kept]) -> frozenset[Address]:
    """What a plan put in the place of something that went to quarantine as a whole."""
    both = {d.address for d in differences if d.before is not None and d.after is not None}
    return frozenset(k.address for k in kept if k.form == "moved" and k.address in both)


class Stage(NamedTuple):
    """How far a plan has come once a transaction that is not its last has been committed: the fingerprint of the
    managed catalogue then, and what is different from before the plan."""

    transaction: int
    fingerprint: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """What the steps of a plan have to do together, roughly; see `Estimate`. disk: as if nothing were given back before
    the plan has ended, so at most so much."""

    bytes: int
    seconds: int
    disk: int


class Plan(NamedTuple):
    """One database, in one state, to be changed in this way, until then.

    kind: `apply`, `rollback` (then of_plan names what is taken back) or `purge` (then purges names the plans of which
    all that is in quarantine is destroyed). from_fingerprint, to_fingerprint: of the
    managed catalogue. differences: every object whose canonical form the plan changes, what only follows included.
    digests: what was declared for each object, to be kept with the state. protection: objects that will, or will no
    longer, be protected from being dropped. drift: what was changed by hand since the last apply. stages: one for each
    transaction but the last, as the proof saw them. forgotten: what the state knows and is no longer to manage.
    pending: declared changes that this plan leaves undone because they are too risky for it. kept_bytes: how much
    of what is live goes to quarantine (kept); None where nothing does, or where that could not be told.
    despite_drop: it goes there although on_drop is `drop`.
    created_at, expires_at: ISO 8601, UTC.
    """

    plan_id: str
    kind: str
    of_plan: str
    created_at: str
    expires_at: str
    environment: str
    database: Mapping[str, Any]
    server_version: int
    from_fingerprint: str
    to_fingerprint: str
    lineage: str
    state_serial: int
    changes: tuple[Change, ...]
    renames: tuple[tuple[Object, Object], ...]
    differences: tuple[Difference, ...]
    steps: tuple[Step, ...]
    rollback: tuple[Step, ...]
    kept: tuple[Kept, ...]
    proof: Evidence | None
    unmanaged: tuple[Unmanaged, ...]
    digests: Mapping[Address, str] = {}
    protection: Mapping[Address, bool] = {}
    drift: tuple[Change, ...] = ()
    stages: tuple[Stage, ...] = ()
    forgotten: tuple[Address, ...] = ()
    pending: tuple[Pending, ...] = ()
    purges: tuple[str, ...] = ()
    kept_bytes: KeptBytes | None = None
    despite_drop: bool = False

    @property
    def applyable(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.steps or self.protection or self.forgotten)

    def complete(self, done: Set[int]) -> bool:
        """Whether these committed transactions are all there are."""
        return all(step.transaction in done for step in self.steps)

    def stage(self, done: Set[int]) -> Stage | None:
        """How far the plan has come with some of its transactions committed; None where the plan does not say."""
        return next((s for s in self.stages if s.transaction == max(done, default=0)), None)

    def fingerprint_after(self, done: Set[int]) -> str:
        """Of the managed catalogue once these transactions are committed; empty where the plan does not say."""
        if not done:
            return self.from_fingerprint
        if self.complete(done):
            return self.to_fingerprint
        stage = self.stage(done)
        return stage.fingerprint if stage else ""

    @property
    def risk(self) -> Risk:
        """The worst step names the plan's risk."""
        return max((step.statement.risk for step in self.steps), default=Risk.SAFE)

    @property
    def total(self) -> Total | None:
        """What its steps have to do together; None where no step has an estimate."""
        found = [step.estimate for step in self.steps if step.estimate]
        if not found:
            return None
        sums = (sum(e.bytes for e in found), sum(e.seconds for e in found), sum(e.disk for e in found))
        return Total(*map(rounded, sums))

    @property
    def summary(self) -> dict[str, int]:
        """How many objects are created, altered, replaced, renamed, dropped."""
        counts = dict.fromkeys(("create", "alter", "replace", "drop", "rename"), 0)
        for change in self.changes:
            counts[change.action.value] += 1
        for old, new in self.renames:
            # What has only moved keeps its name.
            counts["rename" if old.address != new.address or reworded(old, new) else "alter"] += 1
        return counts
