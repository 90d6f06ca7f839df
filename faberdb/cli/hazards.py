"""The page of the reference that lists the catalogue of hazards."""

from __future__ import annotations

from collections.abc import Iterable

from faberdb.model import Explanation, Risk

_LEVELS = {
    Risk.SAFE: "changes the catalogue only or adds something, and can be taken back",
    Risk.CAUTION: "keeps others out for a moment, or works for long without keeping anybody out",
    Risk.DANGEROUS: "keeps others out while it reads or writes a whole table, can fail on rows that are there, or"
    " breaks queries that run",
    Risk.DESTRUCTIVE: "data leaves the live table",
}


def hazards_page(hazards: Iterable[Explanation]) -> str:
    """Every hazard, with the levels of risk before them."""
    levels = "".join(f"| {risk.word} | {meaning} |\n" for risk, meaning in _LEVELS.items())
    return f"""\
# Hazards

A plan shows beside a step what the step can do to the application or to its data, with a code. `faberdb explain CODE`
shows the entry of this page. The worst level of its hazards is the least risk of a step:

| Risk | Meaning |
| --- | --- |
{levels}
What a step locks, reads and rewrites is measured while the plan is proven (`faberdb plan -v` shows it). A hazard that
is about a scan or a rewrite is shown where there was one, not where the statement looks like it:

| Measured, of relations that the plan does not make | Risk |
| --- | --- |
| a table or an index gets new files while writes to it wait | at least dangerous |
| a table is read from end to end while writes to it wait | at least dangerous |
| another table than its own is locked against writes | at least caution |
| nothing of that | what its hazards say |

A step that runs outside of a transaction is not measured; there the hazards stand as they are known.

`faberdb lint` says the same of SQL that others wrote, with some hazards that no plan of faberdb's has.
{"".join(map(_entry, hazards))}"""


def _entry(one: Explanation) -> str:
    on = "" if one.majors == "all" else f", on PostgreSQL {one.majors}"
    elsewhere = f"Elsewhere: {', '.join(f'`{tool}`' for tool in one.tools)}.\n\n" if one.tools else ""
    return f"""
## {one.code} {one.name}

**{one.title}** ({one.level.word}{on})

{one.does}

{one.risk}

{one.avoided}

{elsewhere}[PostgreSQL's manual]({one.source})
"""
