"""From a proven proposal to the document that people read and apply takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from faberdb.model import Action, Address, Change, Kept, KeptBytes, Object, Pending, Step, Unmanaged
from faberdb.plan.document import Difference, Evidence, Plan, Stage
from faberdb.plan.fingerprint import fingerprint


class Proven(Protocol):
    """What the proof knows of a plan."""

    @property
    def live(self) -> Mapping[Address, Object]: ...
    @property
    def start(self) -> Mapping[Address, Object]: ...
    @property
    def expected(self) -> Mapping[Address, Object]: ...
    @property
    def changes(self) -> Mapping[Address, Change]: ...
    @property
    def renames(self) -> tuple[tuple[Object, Object], ...]: ...
    @property
    def steps(self) -> tuple[Step, ...]: ...
    @property
    def rollback(self) -> tuple[Step, ...]: ...
    @property
    def kept(self) -> tuple[Kept, ...]: ...
    @property
    def unmanaged(self) -> tuple[Unmanaged, ...]: ...
    @property
    def digests(self) -> Mapping[Address, str]: ...
    @property
    def protection(self) -> Mapping[Address, bool]: ...
    @property
    def stages(self) -> Mapping[int, Mapping[Address, Object]]: ...
    @property
    def pending(self) -> tuple[Pending, ...]: ...
    @property
    def kept_bytes(self) -> KeptBytes | None: ...
    @property
    def despite_drop(self) -> bool: ...


class Heading(NamedTuple):
    """What a plan says of itself that is not found by planning. Times are UTC."""

    plan_id: str
    environment: str
    created_at: datetime
    expires_at: datetime
    database: Mapping[str, Any]
    server_version: int
    lineage: str
    serial: int
    kind: str = "apply"
    of_plan: str = ""


class News(NamedTuple):
    """What a plan tells that is not of its making. drift: changed by hand since the last apply; forgotten: no longer
    managed, though the state still knows it."""

    drift: tuple[Change, ...] = ()
    forgotten: tuple[Address, ...] = ()


NOTHING_NEW = News()


def make_plan(
    proven: Proven,
    heading: Heading,
    proof: Evidence | None,
    news: News = NOTHING_NEW,
    *,
    before: str = "",
    protected: Set[Address] = frozenset(),
) -> Plan:
    """The plan document of a proposal. before: the fingerprint of the live catalogue, where it is known
    already; news: what is told besides;
    protected: what is protected as the state knows it."""
    start = proven.start if not _renames_last(proven) else proven.live
    before = before or fingerprint(proven.live)
    # What was rebuilt may read as before and yet refer to something else: another function of the same name.
    rebuilt = {a for a in proven.changes if a in start or a in proven.expected}
    differences = _with(_differences(start, proven.expected, rebuilt), _along(proven))
    return unchanged_plan(heading, before, proven.unmanaged)._replace(
        to_fingerprint=before if proven.expected is proven.live else fingerprint(proven.expected),
        changes=tuple(proven.changes[a] for a in sorted(proven.changes)),
        renames=proven.renames,
        differences=differences,
        steps=proven.steps,
        rollback=proven.rollback,
        kept=proven.kept,
        proof=proof,
        digests=proven.digests,
        drift=news.drift,
        forgotten=news.forgotten,
        protection={a: p for a, p in proven.protection.items() if p != (a in protected)},
        stages=tuple(_stage(proven, number) for number in sorted(proven.stages)),
        pending=proven.pending,
        kept_bytes=proven.kept_bytes,
        despite_drop=proven.despite_drop,
    )


def _stage(proven: Proven, number: int) -> Stage:
    """What is different once the transaction is committed, from before the plan, under the names of that moment."""
    objects = proven.stages[number]
    renamed = any(s.action is Action.RENAME and s.transaction <= number for s in proven.steps)
    start = proven.start if renamed and not _renames_last(proven) else proven.live
    return Stage(number, fingerprint(objects), _with(_differences(start, objects), _along(proven, number)))


def _along(proven: Proven, until: int | None = None) -> Iterator[Difference]:
    """What is not managed and goes with what it is a part of, once this transaction is committed, or all are: no
    fingerprint has it, and yet the way back has to bring it back."""
    steps = {step.address: step.transaction for step in proven.steps}

    def gone(address: Address | None) -> bool:
        while address is not None and address not in steps:
            change = proven.changes.get(address)
            address = change.before.parent if change and change.before else None
        return until is None or (address is not None and steps[address] <= until)

    for address, change in proven.changes.items():
        if change.action is Action.DROP and address not in proven.start and gone(address):
            yield Difference(address, change.before, None)


def _with(found: tuple[Difference, ...], more: Iterable[Difference]) -> tuple[Difference, ...]:
    return tuple(sorted((*found, *more), key=lambda difference: difference.address))


def _differences(
    before: Mapping[Address, Object], after: Mapping[Address, Object], rebuilt: Set[Address] = frozenset()
) -> tuple[Difference, ...]:
    """What is not the same on both sides, and what was rebuilt, by address."""
    new = {a for a in after if a not in before}
    differing = {a for a, o in before.items() if not _alike(o, after.get(a))}
    return tuple(Difference(a, before.get(a), after.get(a)) for a in sorted(new | differing | rebuilt))


def unchanged_plan(heading: Heading, fingerprint: str, unmanaged: tuple[Unmanaged, ...]) -> Plan:
    """The document of a plan that does nothing."""
    return Plan(
        plan_id=heading.plan_id,
        kind=heading.kind,
        of_plan=heading.of_plan,
        created_at=heading.created_at.isoformat(timespec="seconds"),
        expires_at=heading.expires_at.isoformat(timespec="seconds"),
        environment=heading.environment,
        database=heading.database,
        server_version=heading.server_version,
        from_fingerprint=fingerprint,
        to_fingerprint=fingerprint,
        lineage=heading.lineage,
        state_serial=heading.serial,
        changes=(),
        renames=(),
        differences=(),
        steps=(),
        rollback=(),
        kept=(),
        proof=None,
        unmanaged=unmanaged,
    )


def _renames_last(proven: Proven) -> bool:
    return bool(proven.renames) and proven.live == proven.start


def _alike(old: Object | None, new: Object | None) -> bool:
    """Whether the way back may take one for the other. References count: a foreign key that stands on another index
    than before has to be put back after that one."""
    return old is new or (
        old is not None
        and new is not None
        and (old.attributes, old.parent, old.references) == (new.attributes, new.parent, new.references)
    )
