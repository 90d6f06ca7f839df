"""What people read on a terminal or in a log."""

from __future__ import annotations

import sys
from collections.abc import Sequence, Set
from datetime import datetime
from typing import TYPE_CHECKING

from faberdb.model import Action
from faberdb.views import words
from faberdb.views.progress import Progress

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
    from faberdb.views.backups import Listed
    from faberdb.views.page import Page
    from faberdb.views.view import StatusRow


# What writes a page is loaded where it is needed: rich alone takes longer to load than a few schema files to read.


class Human:
    """The view for people. color: whether to use it; verbose: 1 and more shows the SQL of each step."""

    def __init__(self, *, color: bool, verbose: int = 0) -> None:
        self._color, self._verbose = color, verbose
        self._progress = Progress(color=color)
        self._labels: dict[str, str] = {}

    def plan(self, plan: Plan, saved: str | None = None, next_step: str = "") -> None:
        from faberdb.views.planpage import write_plan

        page = self._page()
        write_plan(page, plan, verbose=self._verbose > 0, saved=saved, next_step=next_step)
        self._write(page)

    def no_changes(self, plan: Plan, saved: str | None = None) -> None:
        from faberdb.views.planpage import write_pending, write_unmanaged

        page = self._page()
        page.line((words.nothing_to_do(plan), "yellow" if plan.pending else "green"))
        write_pending(page, plan)
        write_unmanaged(page, plan, verbose=self._verbose > 0)
        if saved:
            page.line(f"Saved to {saved}.")
        self._write(page)

    def drift(
        self, environment: str, changes: Sequence[Change], recorded_at: str, left: Set[Address] = frozenset()
    ) -> None:
        from faberdb.views.body import Body
        from faberdb.views.outline import outline

        page = self._page()
        when = f" of {words.moment(recorded_at)}" if recorded_at else ""
        if not changes:
            page.line((f"No drift: {environment} is as the recorded state{when} says.", "green"))
        else:
            objects = words.plural(len(changes), "object")
            differ = "differs" if len(changes) == 1 else "differ"
            page.line((f"Drift on {environment}: {objects} {differ} from the recorded state{when}", "bold"))
            page.line(("+ appeared, - gone, ~ and ± changed; old is what was recorded, new is live", "dim"))
            page.blank()
            Body(page).groups(outline(changes))
            page.blank()
            for address in sorted(left):
                said = "nobody declares it, so no plan puts it back; declare what is to hold, or change it by hand"
                page.line(f"{words.spoken(address)}: {said}")
            if any(change.action is Action.DROP and change.address.kind in words.WITH_ROWS for change in changes):
                page.line(
                    "What is gone took its rows along; a plan makes it anew without them. Backups that may have them:"
                    f" faberdb backups {environment}"
                )
            back = f"Put {'the rest' if left else 'it'} back: faberdb plan {environment}. "
            keep = f"Keep {'all' if left else 'it'}: faberdb import {environment}."
            page.line((back if len(left) < len(changes) else "") + keep)
        self._write(page)

    def differences(self, first: str, second: str, changes: Sequence[Change]) -> None:
        from faberdb.views.body import Body
        from faberdb.views.outline import outline

        page = self._page()
        if not changes:
            page.line((f"No difference: {first} and {second} are alike.", "green"))
        else:
            page.line((f"{words.plural(len(changes), 'object')} to change for {first} to become like {second}", "bold"))
            page.line((f"+ only in {second}, - only in {first}, ~ and ± in both and not alike", "dim"))
            page.blank()
            Body(page).groups(outline(changes))
        self._write(page)

    def findings(self, report: Report) -> None:
        from faberdb.views.findings import write_findings

        page = self._page()
        write_findings(page, report)
        self._write(page)

    def begin(self, plan: Plan) -> None:
        self._labels = words.labels(plan.steps, plan.kept)
        transactions = words.plural(len({step.transaction for step in plan.steps}), "transaction")
        verb = {"rollback": "Taking back", "purge": "Carrying out purge"}.get(plan.kind, "Applying")
        what = words.short_id(plan.of_plan if plan.kind == "rollback" else plan.plan_id)
        noun = "" if plan.kind == "purge" else "plan "
        self.note(
            f"{verb} {noun}{what} on {plan.environment}: {words.plural(len(plan.steps), 'step')} in {transactions}"
        )

    def step(self, step: Step, number: int, total: int) -> None:
        self._progress.step(self._labels.get(step.id) or words.labels([step])[step.id], number, total)

    def waiting(self, step: Step, number: int, total: int, wait: Wait) -> None:
        label = self._labels.get(step.id) or words.labels([step])[step.id]
        self._progress.step(words.visible(f"waits: {label}: {words.waiting(wait)}"), number, total)

    def filled(self, step: Step, number: int, total: int, filled: Filled) -> None:
        label = self._labels.get(step.id) or words.labels([step])[step.id]
        self._progress.step(words.visible(f"{label}: {words.filled(filled)}"), number, total)

    def applied(self, plan: Plan, seconds: float) -> None:
        from faberdb.views.purge import purge_done

        self._progress.stop()
        page = self._page()
        if plan.kind == "purge":
            page.line((purge_done(plan, seconds), "bold green"))
            self._write(page)
            return
        done = words.counts(plan.summary, done=True)
        if plan.kind == "rollback":
            what = f"Took back plan {words.short_id(plan.of_plan)} on {plan.environment}"
        else:
            what = f"Applied plan {words.short_id(plan.plan_id)} to {plan.environment}"
        page.line((f"{what} in {seconds:.1f} s", "bold green"), f": {done}.")
        page.line("The database was read again and is what the plan promised.")
        if plan.kind != "rollback":
            page.line((f"Take it back with: faberdb rollback {plan.environment}", "dim"))
        self._write(page)

    def purge(self, plan: Plan, going: Sequence[Lot], staying: Sequence[Lot], now: datetime) -> None:
        from faberdb.views.purge import write_purge

        page = self._page()
        write_purge(page, plan, going, staying, now, verbose=self._verbose > 0)
        self._write(page)

    def progress(self, text: str, number: int, total: int) -> None:
        self._progress.step(words.visible(text), number, max(number, total))

    def backed_up(self, backup: Backup, verified: Verified | None, place: str) -> None:
        from faberdb.views.backups import in_what_way, taken

        page = self._page()
        page.line((f"{taken(backup)}.", "green"))
        page.line((f"verified: {in_what_way(verified)}" if verified else "not verified", "dim"), indent=2)
        page.whole((f"  {place}", "dim"))
        self._write(page)

    def backups(self, environment: str, found: Sequence[Listed]) -> None:
        from faberdb.views.backups import write_list

        page = self._page()
        write_list(page, environment, found)
        self._write(page)

    def kept_databases(self, environment: str, found: Sequence[FormerDatabase]) -> None:
        from faberdb.views.backups import write_kept

        page = self._page()
        write_kept(page, environment, found)
        self._write(page)

    def verified(self, backup: Backup, verified: Verified) -> None:
        from faberdb.views.backups import proven

        page = self._page()
        page.line((f"{proven(backup, verified)}.", "green"))
        self._write(page)

    def status(self, rows: Sequence[StatusRow]) -> None:
        page = self._page()
        for row in rows:
            page.blank()
            style = "green" if row.as_recorded else "yellow"
            page.line((row.environment, "bold"), f" ({row.hosting})  ", (row.standing, style))
            for name in ("database", "state", "last", "quarantine", "kept", "pending", "journal", "url", "note"):
                value = getattr(row, name)
                if value and name == "url":  # which people copy
                    page.whole((f"  {name:<10}  ", "dim"), value)
                elif value:
                    page.line((f"{name:<10}  ", "dim"), value, indent=2, hang=12)
        self._write(page)

    def health(self, environment: str, found: Sequence[HealthFinding]) -> None:
        from faberdb.views.health import write_health

        page = self._page()
        write_health(page, environment, found, table=sys.stdout.isatty())
        self._write(page)

    def health_note(self, finding: HealthFinding, when: str) -> None:
        from faberdb.views.health import in_a_sentence

        self.note(f"health {when}: {in_a_sentence(finding, when)}")

    def seeds(self, environment: str, found: Sequence[SeedCount], done: bool) -> None:
        from faberdb.views.seeds import write_seeds

        page = self._page()
        write_seeds(page, environment, found, done=done)
        self._write(page)

    def files(self, verb: str, paths: Sequence[tuple[str, str]]) -> None:
        page = self._page()
        styles = {"new": "green", "changed": "yellow", "same": "dim", "gone": "red"}
        done = {"same": "left", "gone": verb.replace("wrote", "took away").replace("write", "take away")}
        for path, how in paths:
            page.line(f"{done.get(how, verb)} {path} ", (f"({how})", styles.get(how, "")))
        self._write(page)

    def note(self, text: str) -> None:
        self._progress.stop()
        sys.stderr.write(words.visible(text) + "\n")
        sys.stderr.flush()

    def done(self, text: str) -> None:
        from faberdb.views.page import as_it_is

        if as_it_is(text):
            self._progress.stop()
            sys.stdout.write(text + "\n")
            sys.stdout.flush()
            return
        page = self._page()
        page.line(text)
        self._write(page)

    def _page(self) -> Page:
        from faberdb.views.page import Page, terminal_width

        return Page(color=self._color, width=terminal_width())

    def _write(self, page: Page) -> None:
        self._progress.stop()
        page.write()
        sys.stdout.flush()
