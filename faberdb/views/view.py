"""What commands can say, whoever listens. Results go to stdout, progress and remarks to stderr."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from faberdb.lint.report import Report
    from faberdb.model import (
        Address,
        Backup,
        Change,
        Filled,
        FormerDatabase,
        HealthFinding,
        SeedCount,
        Step,
        Verified,
        Wait,
    )
    from faberdb.plan.document import Plan
    from faberdb.plan.quarantine import Lot


@dataclass(frozen=True, slots=True)
class LastPlan:
    """The last plan that was carried out. action: `apply`, `rollback` or `purge`. checks: how the project's own checks
    after it ended, `passed`, `failed` or `unfinished`; empty where there were none."""

    plan_id: str
    at: str
    action: str
    by: str
    checks: str = ""


@dataclass(frozen=True, slots=True)
class QuarantinedPlan:
    """What one plan put in quarantine and is still there. since: when the plan ended; returns: whether a rollback still
    brings it back."""

    plan_id: str
    since: str
    returns: bool
    things: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Quarantined:
    """How much waits in quarantine; plans: of which, as far as the journal tells, the oldest first."""

    things: int
    bytes: int
    plans: tuple[QuarantinedPlan, ...] = ()


@dataclass(frozen=True, slots=True)
class StatusData:
    """Where one environment stands, for programs; None is not known.

    standing: `as_recorded`, `drifted`, `nothing_recorded`, `interrupted` (a plan stopped part way), `running` (an apply
    is at work), `not_running` (an embedded server) or `unreachable`. serial: of the state. pending: how many declared
    changes the last plan held back. kept_databases: what restores have put aside.
    """

    standing: str = "unreachable"
    serial: int | None = None
    plans_applied: int | None = None
    last: LastPlan | None = None
    quarantine: Quarantined | None = None
    pending: int | None = None
    kept_databases: tuple[FormerDatabase, ...] | None = None


@dataclass(frozen=True, slots=True)
class StatusRow:
    """Where one environment stands, in words for people; what is empty is not shown.

    database: its name and server, or why it cannot be reached. state: serial and number of applied plans. last: the
    last plan applied, by whom and when. standing: what the live database was compared with and the result, or what is
    amiss and the command that helps. url: of an embedded database. quarantine: how much waits there. kept: the
    databases that restores have put aside. pending: what the last plan held back. journal: why it is not in the
    database, and where it is. note: what else is to be known.
    as_recorded: whether the live database is as the state recorded it; None where that was not looked at. data: the
    same for programs.
    """

    environment: str
    hosting: str
    database: str = ""
    state: str = ""
    last: str = ""
    standing: str = ""
    url: str = ""
    quarantine: str = ""
    kept: str = ""
    pending: str = ""
    journal: str = ""
    note: str = ""
    as_recorded: bool | None = None
    data: StatusData = field(default_factory=lambda: StatusData())


class View(Protocol):
    """One audience: people, or programs."""

    def plan(self, plan: Plan, saved: str | None = None, next_step: str = "") -> None:
        """A plan to be judged. saved: the file it was written to. next_step: the command that comes next."""
        ...

    def no_changes(self, plan: Plan, saved: str | None = None) -> None:
        """There is nothing to do. saved: the file that this plan was written to."""
        ...

    def drift(
        self, environment: str, changes: Sequence[Change], recorded_at: str, left: Set[Address] = frozenset()
    ) -> None:
        """What leads from the recorded state to the live database; nothing, if nobody has touched it. left: what of it
        no plan puts back, because nobody declares it."""
        ...

    def differences(self, first: str, second: str, changes: Sequence[Change]) -> None:
        """What would have to change for the first to become like the second."""
        ...

    def findings(self, report: Report) -> None:
        """What was found in SQL files."""
        ...

    def begin(self, plan: Plan) -> None:
        """An apply begins."""
        ...

    def step(self, step: Step, number: int, total: int) -> None:
        """A step of it begins."""
        ...

    def waiting(self, step: Step, number: int, total: int, wait: Wait) -> None:
        """A step of it waits for others. Called from another thread than the rest."""
        ...

    def filled(self, step: Step, number: int, total: int, filled: Filled) -> None:
        """How far a step of it has come that is run in parts."""
        ...

    def applied(self, plan: Plan, seconds: float) -> None:
        """The plan was carried out and the database is as promised."""
        ...

    def purge(self, plan: Plan, going: Sequence[Lot], staying: Sequence[Lot], now: datetime) -> None:
        """What a purge would destroy of what is in quarantine, and what it leaves there."""
        ...

    def progress(self, text: str, number: int, total: int) -> None:
        """Part `number` of `total` of long work begins. Called from another thread than the rest."""
        ...

    def backed_up(self, backup: Backup, verified: Verified | None, place: str) -> None:
        """A backup is finished. place: the folder of its files."""
        ...

    def backups(self, environment: str, found: Sequence[tuple[Backup, Verified | None]]) -> None:
        """The backups of an environment, the newest first."""
        ...

    def kept_databases(self, environment: str, found: Sequence[FormerDatabase]) -> None:
        """The databases that restores have put aside, the oldest first; nothing is said of none."""
        ...

    def verified(self, backup: Backup, verified: Verified) -> None:
        """A backup was restored on scratch and gave back what was backed up."""
        ...

    def status(self, rows: Sequence[StatusRow]) -> None:
        """Where environments stand."""
        ...

    def health(self, environment: str, found: Sequence[HealthFinding]) -> None:
        """What was found about the health of an environment."""
        ...

    def health_note(self, finding: HealthFinding, when: str) -> None:
        """What is amiss `before` an apply, or became worse `after` it."""
        ...

    def seeds(self, environment: str, found: Sequence[SeedCount], done: bool) -> None:
        """What seeds did to each table, or would do if they are not done."""
        ...

    def files(self, verb: str, paths: Sequence[tuple[str, str]]) -> None:
        """Files written (or that would be), each with `new`, `changed` or `same`; or `gone`: taken away."""
        ...

    def note(self, text: str) -> None:
        """A remark beside the result."""
        ...

    def done(self, text: str) -> None:
        """A result of one line."""
        ...
