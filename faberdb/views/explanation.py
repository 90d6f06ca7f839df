"""Explanations of hazards, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from faberdb.views.page import RISK_STYLES, Page, terminal_width

if TYPE_CHECKING:
    from faberdb.model import Explanation

PARTS = (("What it does", "does"), ("What can come of it", "risk"), ("What to do", "avoided"))
"""Headings of an explanation, and the texts below them."""


def write_explanations(explanations: Sequence[Explanation], *, color: bool) -> None:
    """Each whole."""
    page = Page(color=color, width=terminal_width())
    for one in explanations:
        page.blank()
        page.line((f"{one.code} {one.name}", "bold"), f"  {one.title}")
        on = "" if one.majors == "all" else f", on PostgreSQL {one.majors}"
        page.line("A step that carries it is ", (one.level.word, RISK_STYLES[one.level]), f" or worse{on}.")
        for heading, key in PARTS:
            page.blank()
            page.line((heading, "bold"))
            for paragraph in getattr(one, key).split("\n\n"):
                page.line(" ".join(paragraph.split()), indent=2, hang=0)
        page.blank()
        if one.tools:
            page.line(("Elsewhere: ", "dim"), ", ".join(one.tools))
        page.line(("PostgreSQL: ", "dim"), one.source)
    page.write()


def write_list(explanations: Sequence[Explanation], *, color: bool) -> None:
    """A line for each."""
    page = Page(color=color, width=terminal_width())
    for one in explanations:
        page.line((one.code, "bold"), f"  {one.title}", risk=one.level)
    page.blank()
    page.line("faberdb explain CODE says more.")
    page.write()


def as_lines(explanations: Sequence[Explanation]) -> Iterator[str]:
    """One JSON object a line."""
    for one in explanations:
        yield json.dumps({**asdict(one), "level": one.level.word}, ensure_ascii=False)
