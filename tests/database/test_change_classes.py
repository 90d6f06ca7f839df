"""What a plan says of each kind of change that people ask about: docs/what-changes-do.md, written anew by
`pytest tests/database/test_change_classes.py --update-golden`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import pytest

from faberdb.model import Effects, Step, rounded
from faberdb.plan.document import Plan
from faberdb.views.words import duration, size
from faberdb_providers.postgres.live.estimating import estimated, worked_on
from faberdb_providers.postgres.live.sizes import Size
from faberdb_providers.postgres.measuring.meter import BLOCKING, STRENGTH
from tests.database.change_classes import CLASSES, Class
from tests.migration import Migration, build_directly, declare
from tests.servers import Server

PAGE = Path(__file__).parents[2] / "docs" / "what-changes-do.md"
HEAD = """\
<!-- Written by `pytest tests/database/test_change_classes.py --update-golden`; edit the test it comes from. -->

# What changes do

What `faberdb plan` says of {count} kinds of change, each tried alone on a library of a few tables. Locks, rewrites and
reads are what PostgreSQL {major} did on the scratch server while the change ran: of each relation the strongest lock,
less those that only keep others from changing the relation; *rewrites* is what gets new files, *reads* what is read
from end to end. The level is that of the whole plan, and the codes are those of its
[hazards](reference/hazards.md). *At a million rows* is the estimate for tables of a million rows, 100 MB and indexes of
20 MB on a small server ([what it rests on](decisions/0221-the-estimate.md)); empty is next to nothing. Your own plan
tells the same of your tables, by their own statistics: `faberdb plan ENV -v`.

The declarations stand in `tests/database/change_classes.py`.
"""


HEADING = "| Change | Level | Locks | Rewrites | Reads | At a million rows | Hazards |"
MB = 1024 * 1024
TABLE = Size(bytes=100 * MB, indexes=60 * MB, rows=1_000_000)
INDEX = Size(bytes=20 * MB, indexes=0, rows=1_000_000)


def test_the_page_is_what_plans_say(newest: Server, request: pytest.FixtureRequest) -> None:
    scratch = newest.scratch()
    known = [one for one in CLASSES if newest.major >= one.since]
    lines = [HEAD.format(count=len(known), major=newest.major)]
    for topic, classes in groupby(known, key=lambda one: one.topic):
        lines += [f"## {topic}", "", HEADING, "| --- " * (HEADING.count("|") - 1) + "|"]
        lines += [_line(one, _plan(newest, Migration(scratch), one)) for one in classes]
        lines.append("")
    text = "\n".join(lines)
    if request.config.getoption("--update-golden"):
        PAGE.write_text(text)
    assert PAGE.read_text() == text


def test_there_are_enough() -> None:
    names = [(one.topic, one.name) for one in CLASSES]
    assert len(set(names)) == len(names) >= 40


def _plan(server: Server, migration: Migration, one: Class) -> Plan:
    before, after = one.declarations()
    with server.database() as live:
        build_directly(live, declare({"library.toml": before}))
        return migration.plan(live, declare({"library.toml": after}))


def _line(one: Class, plan: Plan) -> str:
    effects = [step.effects for step in plan.steps if step.effects]
    codes = sorted({hazard.code for step in plan.steps for hazard in step.statement.hazards})
    cells = (
        one.name,
        plan.risk.word,
        _locks(effects),
        _all(effects, "rewrites"),
        _all(effects, "scans"),
        _estimate(plan.steps),
        " ".join(codes),
    )
    return "| " + " | ".join(cells) + " |"


def _estimate(steps: Sequence[Step]) -> str:
    """How long the steps take, and the disk that they need, where every table has a million rows."""
    sizes = {label: INDEX if label.startswith("index ") else TABLE for label in worked_on(steps)}
    found = [step.estimate for step in estimated(steps, sizes) if step.estimate]
    disk = sum(one.disk for one in found)
    needs = f", {size(rounded(disk))} of disk" if disk else ""
    return f"{duration(sum(one.seconds for one in found))}{needs}" if found else ""


def _locks(effects: list[Effects]) -> str:
    """The relations by the strongest lock on each, less what keeps nobody from writing."""
    strongest: dict[str, str] = {}
    for lock in (lock for one in effects for lock in one.locks if lock.mode in BLOCKING):
        known = strongest.get(lock.relation, lock.mode)
        strongest[lock.relation] = max(lock.mode, known, key=STRENGTH.__getitem__)
    found = [(mode, sorted(r for r, m in strongest.items() if m == mode)) for mode in STRENGTH]
    return "; ".join(f"{mode}: {', '.join(map(_short, relations))}" for mode, relations in found if relations)


def _all(effects: list[Effects], what: str) -> str:
    return ", ".join(map(_short, sorted({relation for one in effects for relation in getattr(one, what)})))


def _short(relation: str) -> str:
    return relation.replace("public.", "").removeprefix("table ")
