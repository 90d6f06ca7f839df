"""A plan as Markdown, for the pull request that brings it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from faberdb.views import words
from faberdb.views.body import along, made
from faberdb.views.outline import outline
from faberdb.views.planpage import drifted, reasons
from faberdb.views.sql import plan_sql
from faberdb.views.values import deltas

if TYPE_CHECKING:
    from faberdb.plan.document import Plan
    from faberdb.views.outline import Group, Item
    from faberdb.views.values import Delta

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~!@])")


def plan_markdown(plan: Plan) -> str:
    """The plan: a summary, a table of what changes, hazards, and the SQL both ways to unfold."""
    parts = [
        f"### {_text(words.heading(plan))}",
        f"**{words.counts(plan.summary)}** · risk **{plan.risk.word}** · {_text(words.proof(plan))}",
    ]
    if quarantine := words.quarantine(plan):
        parts.append(_text(quarantine))
    if total := words.total(plan):
        parts.append(_text(total))
    if data := words.data(plan):
        parts.append(_text(data))
    if plan.kind == "rollback":
        parts.append(f"Takes back plan {_code(words.short_id(plan.of_plan))}.")
    groups = outline(plan.changes, plan.renames, plan.steps, plan.kept)
    if groups:
        parts.append("\n".join(_table(groups, plan)))
    else:
        parts.append(_text(words.nothing_to_do(plan)))
    parts += [*_hazards(plan), *_forgotten(plan), *_drift(plan), *_unmanaged(plan)]
    if plan.steps:
        parts.append(_details("SQL", _fenced(plan_sql(plan), "sql")))
    if plan.rollback:
        parts.append(_details("SQL of the way back", _fenced(plan_sql(plan, rollback=True), "sql")))
    parts.append(f"Plan {_code(plan.plan_id)}, valid until {words.moment(plan.expires_at)}.")
    return "\n\n".join(parts) + "\n"


def _table(groups: Sequence[Group], plan: Plan) -> Iterator[str]:
    yield "| | Object | Risk | What and why |"
    yield "|---|---|---|---|"
    for group in groups:
        for item in filter(None, (group.root, *group.items)):
            yield f"| {words.SIGNS[item.action]} | {_object(item)} | {_risk(item)} | {_text(_what(item, plan))} |"


def _object(item: Item) -> str:
    name = f"{words.kind_word(item.address.kind)} {_code(words.called(item.address))}"
    if item.was is None or item.becomes is None:
        return name
    if item.address == item.becomes:
        return f"{name}, was {_code(words.called(item.was))}"
    return f"{name}, becomes {_code(words.called(item.becomes))}"


def _risk(item: Item) -> str:
    if item.risk is None:
        return ""
    return item.risk.word if item.risk.word in ("safe", "caution") else f"**{item.risk.word}**"


def _what(item: Item, plan: Plan) -> str:
    """What a new object is or what differs about a changed one, why, and what becomes of the data."""
    change, parts = item.change, []
    if change and change.after and not change.before:
        parts.append(made(item))
    elif change and change.after and change.before:
        found = deltas(change.before, change.after)
        parts += [_difference(delta) for delta in found] or ["rebuilt as it is"]
    elif item.folded:
        parts.append(f"with {along(item.folded)}")
    if change:
        parts.append(change.reason or reasons(plan).get(change.action, ""))
    parts += map(words.estimate, item.estimates)
    if item.kept:
        parts.append("kept in quarantine" + (", comes back with rollback" if plan.kind == "apply" else ""))
    return "; ".join(filter(None, parts))


def _difference(delta: Delta) -> str:
    if delta.lines:
        return f"{delta.key} changes"
    return f"{delta.key}: {delta.old} → {delta.new}" if delta.key else f"{delta.old} → {delta.new}"


def _hazards(plan: Plan) -> Iterator[str]:
    found = words.hazards(plan.steps)
    if found:
        lines = [f"- {_text(h.message)}: {', '.join(_code(words.spoken(a)) for a in on)}" for h, on in found.items()]
        yield "\n".join(["**Hazards**", "", *lines])


def _forgotten(plan: Plan) -> Iterator[str]:
    for how, addresses in words.forgotten(plan).items():
        named = ", ".join(_text(words.spoken(address)) for address in addresses)
        yield f"**No longer managed, and {how}:** {named}"


def _drift(plan: Plan) -> Iterator[str]:
    if plan.drift:
        lines = [f"- {_text(drifted(change))}" for change in plan.drift]
        yield "\n".join(["**Changed by hand since the last apply**", "", *lines])


def _unmanaged(plan: Plan) -> Iterator[str]:
    if plan.unmanaged:
        lines = [f"- {_text(u.what)} {_code(u.name)}: {_text(u.reason)}" for u in plan.unmanaged]
        yield _details(f"Unmanaged, left as it is: {_text(words.unmanaged_counts(plan))}", "\n".join(lines))


def _details(title: str, body: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{body}\n\n</details>"


def _text(text: str) -> str:
    """Text that Markdown and HTML leave as it is."""
    return _SPECIAL.sub(r"\\\1", words.one_line(text))


def _code(text: str) -> str:
    """A code span; a bar would end the cell of a table, so it is escaped as tables want it."""
    text = words.one_line(text).replace("|", "\\|")
    ticks = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    space = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{ticks}{space}{text}{space}{ticks}"


def _fenced(text: str, language: str) -> str:
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"
