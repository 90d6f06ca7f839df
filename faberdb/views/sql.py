"""A plan as an SQL script that people read and psql runs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from faberdb.views import words

if TYPE_CHECKING:
    from faberdb.model import Step
    from faberdb.plan.document import Plan

_WARNING = (
    "Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:",
    "`faberdb apply` does. After running it by hand: faberdb import",
)


def plan_sql(plan: Plan, rollback: bool = False) -> str:
    """The script. rollback: the one that takes the plan back."""
    steps = plan.rollback if rollback else plan.steps
    # As apply runs it: a body may name what a later step makes.
    settings = ["SET search_path = '';", "SET check_function_bodies = off;"]
    lines = [*_header(plan, rollback), r"\set ON_ERROR_STOP on", *settings]
    keeps = any("faberdb_quarantine." in step.statement.sql for step in steps)
    if keeps or (any(kept.place.startswith("faberdb_quarantine.") for kept in plan.kept) and not rollback):
        # Apply makes it with its journal; who ran the way there as a script has none yet.
        lines += ["CREATE SCHEMA IF NOT EXISTS faberdb_quarantine;"]
        lines += ["REVOKE ALL ON SCHEMA faberdb_quarantine FROM PUBLIC;"]
    for _, group in groupby(steps, key=lambda step: step.transaction):
        lines += ["", *_transaction(list(group))]
    if not steps:
        lines += ["", "-- nothing to do"]
    return "\n".join(lines) + "\n"


def _header(plan: Plan, rollback: bool) -> Iterator[str]:
    yield _comment(("The way back of: " if rollback else "") + words.heading(plan))
    if plan.kind == "rollback":
        yield _comment(f"takes back plan {plan.of_plan}")
    yield _comment(f"made {words.moment(plan.created_at)}, valid until {words.moment(plan.expires_at)}")
    if not rollback:
        yield _comment(words.count_line(plan))
    yield _comment(words.proof(plan))
    yield _comment("")
    yield from (_comment(line) for line in (_WARNING[0], f"{_WARNING[1]} {plan.environment}"))
    yield ""


def _transaction(steps: list[Step]) -> Iterator[str]:
    outside = steps[0].statement.outside
    parts = steps[0].statement.batches is not None
    apart = (
        "faberdb runs it in parts; as one statement it locks all rows" if parts else "cannot run inside a transaction"
    )
    yield _comment(apart) if outside else "BEGIN;"
    scope: tuple[str, ...] = ()
    for step in steps:
        yield ""
        if step.scope != scope:
            scope, names = step.scope, ", ".join('"' + name.replace('"', '""') + '"' for name in step.scope)
            yield f"SET {'' if outside else 'LOCAL '}search_path = {names or chr(39) * 2};"
        yield _comment(f"{step.id} {step.action.value} {words.spoken(step.address)} [{step.statement.risk.word}]")
        yield from (_comment(f"     ! {hazard.message}") for hazard in step.statement.hazards)
        yield statement(step)
    if not outside:
        yield "\nCOMMIT;"


def statement(step: Step) -> str:
    """The step's SQL with the semicolon that ends it, on its own line where a comment would swallow it."""
    sql = step.statement.sql.rstrip()
    return f"{sql}\n;" if "--" in sql.rpartition("\n")[2] else f"{sql};"


def _comment(text: str) -> str:
    """Names can hold line ends; no part of one may end up outside the comment."""
    return f"-- {words.one_line(text) if text.strip() == text else words.visible(text)}".replace("\n", " ").rstrip()
