"""What programs read: one JSON object a line on stdout, the first with the version of this format."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence, Set
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from faberdb import __version__
from faberdb.model import (
    HealthVerdict,
    Risk,
    reworded,
)
from faberdb.plan.records import quarantine_to
from faberdb.views import words
from faberdb.views.backups import kept_aside, proven, taken
from faberdb.views.findings import findings_line, sentence
from faberdb.views.health import in_a_sentence, summary
from faberdb.views.outline import outline
from faberdb.views.purge import lot_told, purge_line, purge_sentence
from faberdb.views.seeds import seed_line, seeds_sentence

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
    from faberdb.views.outline import Item
    from faberdb.views.view import StatusRow

FORMAT = "1.0"


class Json:
    """The view for programs."""

    def __init__(self) -> None:
        self._begun = False
        self._labels: dict[str, str] = {}

    def plan(self, plan: Plan, saved: str | None = None, next_step: str = "") -> None:
        groups = outline(plan.changes, plan.renames, plan.steps, plan.kept)
        told = {item.address: item for group in groups for item in (group.root, *group.items) if item}
        for old, new in plan.renames:
            sentence = f"{words.spoken(old.address)} is to be renamed to {words.spoken(new.address)}"
            if old.address == new.address:
                sentence = words.renaming(old, new)
            within = {"within": dict(reworded(old, new))} if old.address == new.address else {}
            change = {
                "address": str(new.address),
                "kind": new.address.kind,
                "action": "rename",
                "reason": "",
                "from": str(old.address),
                **within,
                **_told(told.get(new.address) or told.get(old.address)),
            }
            self._say("planned_change", sentence, change=change)
        for planned in plan.changes:
            sentence = f"{words.spoken(planned.address)} is to be {words.DONE[planned.action.value]}"
            self._say("planned_change", sentence, change={**_change(planned), **_told(told.get(planned.address))})
        self._summary(plan, words.count_line(plan), saved, next_step)

    def no_changes(self, plan: Plan, saved: str | None = None) -> None:
        self._say("no_changes", words.nothing_to_do(plan), environment=plan.environment)
        self._summary(plan, words.nothing_to_do(plan), saved, "")

    def drift(
        self, environment: str, changes: Sequence[Change], recorded_at: str, left: Set[Address] = frozenset()
    ) -> None:
        for change in changes:
            sentence = f"{words.spoken(change.address)} was {words.DONE[change.action.value]}"
            put_back = change.address not in left
            self._say("drift", sentence, environment=environment, change=_change(change), put_back=put_back)
        objects = words.plural(len(changes), "object")
        sentence = f"{environment}: {objects} drifted" if changes else f"{environment}: no drift"
        self._say("drift_summary", sentence, environment=environment, count=len(changes), recorded_at=recorded_at)

    def differences(self, first: str, second: str, changes: Sequence[Change]) -> None:
        for change in changes:
            sentence = f"{words.spoken(change.address)} would be {words.DONE[change.action.value]}"
            self._say("difference", sentence, first=first, second=second, change=_change(change))
        sentence = (
            f"{first} and {second}: {words.plural(len(changes), 'object')} differ"
            if changes
            else f"{first} and {second} are alike"
        )
        self._say("difference_summary", sentence, first=first, second=second, count=len(changes))

    def findings(self, report: Report) -> None:
        for found in report.findings:
            said = f"{found.file}:{found.line}: {sentence(found)}"
            told = {**asdict(found), "risk": found.risk.word, "about": str(found.about) if found.about else None}
            self._say("finding", said, finding={**told, "allowed": bool(found.reason)})
        for remark in report.passed_over:
            self._say("not_looked_at", f"{remark.file}:{remark.line}: {remark.text}", **asdict(remark))
        for remark in report.remarks:
            self._say("remark", f"{remark.file}:{remark.line}: {remark.text}", **asdict(remark))
        self._say(
            "lint_summary",
            findings_line(report),
            files=report.files,
            statements=report.statements,
            found={risk.word: report.count(risk) for risk in Risk if risk > Risk.SAFE},
            allowed=len(report.findings) - len(report.open),
            not_looked_at=len(report.passed_over),
            tried_on=report.on,
        )

    def begin(self, plan: Plan) -> None:
        self._labels = words.labels(plan.steps)
        sentence = f"applying plan {plan.plan_id} to {plan.environment}"
        self._say("apply_start", sentence, **_plan(plan), steps=len(plan.steps))

    def step(self, step: Step, number: int, total: int) -> None:
        sentence = self._labels.get(step.id) or words.labels([step])[step.id]
        self._say("step", sentence, step=_step(step), number=number, total=total)

    def waiting(self, step: Step, number: int, total: int, wait: Wait) -> None:
        label = self._labels.get(step.id) or words.labels([step])[step.id]
        sentence = f"{label}: {words.waiting(wait)}"
        hook = {
            "blockers": list(wait.blockers),
            "attempt": wait.attempt,
            "lock_timeout_seconds": wait.longest,
            "retry_seconds_left": round(wait.left, 1),
        }
        self._say("step_waiting", sentence, step=_step(step), number=number, total=total, **hook)

    def filled(self, step: Step, number: int, total: int, filled: Filled) -> None:
        label = self._labels.get(step.id) or words.labels([step])[step.id]
        hook = {"rows": filled.rows, "of_about": filled.of, "seconds_left": round(filled.left, 1)}
        sentence = f"{label}: {words.filled(filled)}"
        self._say("step_progress", sentence, step=_step(step), number=number, total=total, **hook)

    def applied(self, plan: Plan, seconds: float) -> None:
        sentence = f"applied {'purge' if plan.kind == 'purge' else 'plan'} {plan.plan_id} to {plan.environment}"
        summary = dict(plan.summary)
        self._say("apply_complete", sentence, **_plan(plan), summary=summary, elapsed_seconds=round(seconds, 3))

    def purge(self, plan: Plan, going: Sequence[Lot], staying: Sequence[Lot], now: datetime) -> None:
        for lot in going:
            self._say("purge_item", purge_line(lot, now), goes=True, quarantine=lot_told(lot))
        for lot in staying:
            self._say("purge_item", purge_line(lot, now), goes=False, quarantine=lot_told(lot))
        amount = {"plans": len(going), "things": sum(lot.things for lot in going)}
        amount["bytes"] = sum(lot.bytes for lot in going)
        self._say("purge_summary", purge_sentence(plan, going), **_plan(plan), **amount, risk=plan.risk.word)

    def progress(self, text: str, number: int, total: int) -> None:
        self._say("progress", text, number=number, total=total)

    def backed_up(self, backup: Backup, verified: Verified | None, place: str) -> None:
        self._say("backup_complete", taken(backup), backup=_backup(backup, verified), place=place)

    def backups(self, environment: str, found: Sequence[Listed]) -> None:
        for backup, verified in found:
            self._say("backup", taken(backup), backup=_backup(backup, verified))
        sentence = f"{environment}: {words.plural(len(found), 'backup')}"
        self._say("backups_summary", sentence, environment=environment, count=len(found))

    def kept_databases(self, environment: str, found: Sequence[FormerDatabase]) -> None:
        for database in found:
            self._say("kept_database", kept_aside(database), environment=environment, database=asdict(database))

    def verified(self, backup: Backup, verified: Verified) -> None:
        self._say("backup_verified", proven(backup, verified), backup=_backup(backup, verified))

    def status(self, rows: Sequence[StatusRow]) -> None:
        for row in rows:
            self._say("status", f"{row.environment}: {row.standing or row.database}", **asdict(row))

    def health(self, environment: str, found: Sequence[HealthFinding]) -> None:
        for finding in found:
            sentence = f"{environment}: {finding.check}: {finding.verdict.value}: {finding.found}"
            self._say("health", sentence, environment=environment, **_health(finding))
        counted = {verdict.value: sum(finding.verdict is verdict for finding in found) for verdict in HealthVerdict}
        self._say("health_summary", f"{environment}: {summary(found)}", environment=environment, found=counted)

    def health_note(self, finding: HealthFinding, when: str) -> None:
        self._say("health_note", in_a_sentence(finding, when), "warn", when=when, **_health(finding))

    def seeds(self, environment: str, found: Sequence[SeedCount], done: bool) -> None:
        for count in found:
            self._say(
                "seed_table", f"{count.table}: {seed_line(count)}", environment=environment, done=done, **asdict(count)
            )
        names = ("inserted", "updated", "unchanged", "deleted")
        total = {name: sum(getattr(count, name) for count in found) for name in names}
        sentence = seeds_sentence(environment, found, done=done)
        self._say("seed_summary", sentence, environment=environment, done=done, **total)

    def files(self, verb: str, paths: Sequence[tuple[str, str]]) -> None:
        listed = [{"path": path, "how": how} for path, how in paths]
        self._say("files", f"{verb} {words.plural(len(paths), 'file')}", verb=verb, files=listed)

    def note(self, text: str) -> None:
        self._say("note", text)

    def done(self, text: str) -> None:
        self._say("done", text)

    def error(self, code: int, message: str, where: str = "", detail: Sequence[str] = (), advice: str = "") -> None:
        """The command ends with this exit code."""
        self._say("error", message, "error", code=code, where=where, detail=list(detail), help=advice)

    def _summary(self, plan: Plan, sentence: str, saved: str | None, next_step: str) -> None:
        proof = asdict(plan.proof) if plan.proof else None
        unmanaged = [{"what": u.what, "name": u.name, "reason": u.reason} for u in plan.unmanaged]
        drift = [{"address": str(c.address), "action": c.action.value} for c in plan.drift]
        self._say(
            "plan_summary",
            sentence,
            **_plan(plan),
            summary=dict(plan.summary),
            risk=plan.risk.word,
            applyable=plan.applyable,
            steps=len(plan.steps),
            **quarantine_to(plan),
            estimate=asdict(plan.total) if plan.total else None,
            data=words.data_counts(plan),
            proof=proof,
            unmanaged=unmanaged,
            drift=drift,
            forgotten=[str(address) for address in plan.forgotten],
            pending=[
                {"address": str(p.address), "action": p.action.value, "risk": p.risk.word, "hazards": list(p.codes)}
                for p in plan.pending
            ],
            expires_at=plan.expires_at,
            saved=saved,
            next=next_step,
        )

    def _say(self, type_: str, sentence: str, level: str = "info", /, **payload: Any) -> None:
        if not self._begun:
            self._begun = True
            self._say("version", f"faberdb {__version__}", faberdb=__version__, format=FORMAT)
        now = datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="milliseconds")
        line = {"type": type_, "@level": level, "@message": sentence, "@timestamp": now, **payload}
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        sys.stdout.flush()


def _plan(plan: Plan) -> dict[str, Any]:
    return {
        "plan_id": plan.plan_id,
        "kind": plan.kind,
        "of_plan": plan.of_plan,
        "environment": plan.environment,
    }


def _backup(backup: Backup, verified: Verified | None) -> dict[str, Any]:
    """What is told of a backup; not the settings of its database, which may hold what is nobody's business."""
    said = {name: value for name, value in asdict(backup).items() if name not in ("character", "needs")}
    return {**said, "verified": asdict(verified) if verified else None}


def _health(finding: HealthFinding) -> dict[str, Any]:
    return {**asdict(finding), "verdict": finding.verdict.value, "detail": list(finding.detail)}


def _step(step: Step) -> dict[str, Any]:
    return {
        "id": step.id,
        "address": str(step.address),
        "action": step.action.value,
        "transaction": step.transaction,
        "risk": step.statement.risk.word,
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "address": str(change.address),
        "kind": change.address.kind,
        "action": change.action.value,
        "reason": change.reason,
        "before": dict(change.before.attributes) if change.before else None,
        "after": dict(change.after.attributes) if change.after else None,
    }


def _told(item: Item | None) -> dict[str, Any]:
    """What the steps of a change add to it; nothing, where another object's steps do its work."""
    if item is None or item.risk is None:
        return {"risk": None, "hazards": [], "kept": False, "data": []}
    return {
        "risk": item.risk.word,
        "hazards": [{"code": hazard.code, "message": hazard.message} for hazard in item.hazards],
        "kept": item.kept is not None,
        **({"estimates": [asdict(found) for found in item.estimates]} if item.estimates else {}),
        "data": [_live(step) for step in item.steps if step.live is not None],
    }


def _live(step: Step) -> dict[str, Any]:
    """What was found of live rows in the way of a step."""
    assert step.live is not None
    live = step.live
    if live.unchecked:
        return {"step": step.id, "checked": False, "reason": live.unchecked}
    return {"step": step.id, "checked": True, "rows": live.number, "more": live.more, "keys": list(live.keys)}
