"""Writes docs/faults.md from the outcomes of `make faults`: `python -m tests.faults.table`."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from tests.faults.plans import PLANS
from tests.faults.suite import FAULTS, Outcome

ROOT = Path(__file__).parents[2]
OUTCOMES = ROOT / "build" / "faults.jsonl"
PAGE = ROOT / "docs" / "faults.md"

HEAD = """# Faults

Written by `make faults` (`python -m pytest -m faults tests/faults`, then `python -m tests.faults.table`) from its
{total} faults on {plans} of {all} plans, which are cases of `tests/golden` and of `tests/faults/online`. Each is
applied by the command line on a server of its own, and struck by one fault: before one of the things that an apply
does (it takes the locks, begins the plan, writes its journal, holds the tables, runs each step, commits, ends the
plan, writes the state), or at a random moment inside. Then, in turn by the fault's number, `faberdb apply plan.json`
has to lead to the goal, or `faberdb rollback` to the start. `pg_dump` and a digest of all rows judge that. Beside
them it is looked at: no lock stays for more than 5 seconds, nothing of faberdb's is on the user's tables, and each
end is told in words with its exit code. A fault after which one of these does not hold is *lost*. The faults of each
plan have numbers, in an order of their own; `make faults SEEDS=0-9` runs those from 0 to 9 of each, and the table is
of all numbers that were run last.

## Outcomes

*Went on* and *went back* count the faults after which the same plan was applied again, and after which it was taken
back.
"""


def page(outcomes: list[Outcome]) -> str:
    """The page about these outcomes."""
    plans = {o.plan for o in outcomes}
    lines = [HEAD.format(total=f"{len(outcomes):,}", plans=len(plans), all=len(PLANS))]
    lines += [
        "| fault | faults | at random moments | went on | went back | lost |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name in (*FAULTS, "all"):
        mine = [o for o in outcomes if name in (o.fault, "all")]
        good = [o for o in mine if not o.lost]
        counts = (
            len(mine),
            sum(o.moment == "at random" for o in mine),
            sum(not o.back for o in good),
            sum(o.back for o in good),
            len(mine) - len(good),
        )
        lines.append(f"| {name} | {' | '.join(map(str, counts))} |")
    lines += [
        "",
        "## How the apply ended",
        "",
        "By the code with which it ended ([what they mean](reference/exit-codes.md)).",
        "",
    ]
    ends = sorted({o.told for o in outcomes if not o.lost}, key=lambda told: (told != "killed", len(told), told))
    lines += [f"| fault | {' | '.join(ends)} |", f"| --- |{' ---: |' * len(ends)}"]
    for name in FAULTS:
        count = Counter(o.told for o in outcomes if o.fault == name and not o.lost)
        lines.append(f"| {name} | {' | '.join(str(count[end] or '') for end in ends)} |")
    lines += ["", "## Where they struck", "", "| before | faults | lost |", "| --- | ---: | ---: |"]
    where = Counter(o.moment for o in outcomes)
    bad = Counter(o.moment for o in outcomes if o.lost)
    lines += [f"| {spoken(moment)} | {number} | {bad[moment]} |" for moment, number in sorted(where.items())]
    lines += ["", "## Plans", "", "| plan | faults | lost |", "| --- | ---: | ---: |"]
    for plan in PLANS:
        mine = [o for o in outcomes if o.plan == plan]
        lines.append(f"| {plan} | {len(mine)} | {sum(bool(o.lost) for o in mine)} |")
    return "\n".join(lines) + "\n"


WORDS = {
    "localstore lock": "the lock of the state is taken",
    "localstore put": "the state is written",
    "localstore unlock": "the lock of the state is given back",
    "target lock": "the lock of the database is taken",
    "target prepare_bookkeeping": "the schemas of faberdb are looked for",
    "target fence_off": "the fencing token is taken",
    "target begin_plan": "the plan is noted",
    "target journal": "a line of the journal",
    "target hold": "the tables are held",
    "target execute_one": "a step",
    "target commit": "COMMIT of a transaction",
    "target end_plan": "the end of the plan is noted",
    "": "(it came too late)",
    "at random": "(at a random moment)",
}


def spoken(moment: str) -> str:
    """A moment in words."""
    return WORDS[moment]


def read(file: Path) -> list[Outcome]:
    """The last outcome of each fault, less those that came too late to strike anything."""
    last: dict[tuple[str, int], Outcome] = {}
    for line in file.read_text().splitlines():
        outcome = Outcome(**json.loads(line))
        last[outcome.plan, outcome.seed] = outcome
    return [outcome for outcome in last.values() if outcome.moment or outcome.lost]


if __name__ == "__main__":
    PAGE.write_text(page(read(OUTCOMES)))
