"""The changed objects, group by group, as a plan and a drift report show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from faberdb.model import Action, Risk
from faberdb.views.page import ACTION_STYLES
from faberdb.views.sql import statement
from faberdb.views.values import conversions, deltas, gist
from faberdb.views.words import (
    SIGNS,
    called,
    effects,
    estimate,
    kind_word,
    live_rows,
    one_line,
    renamed,
    renamed_within,
    several,
)

if TYPE_CHECKING:
    from faberdb.model import Change
    from faberdb.views.outline import Group, Item
    from faberdb.views.page import Page, Part
    from faberdb.views.values import Delta

LIST = 4
"""How far the lines under a heading are indented."""
WIDEST = 36
"""How far apart name and description of new objects may be drawn to stand in columns."""


class Body:
    """Writes groups on a page. reasons: what to say of an action that gives none. sql: whether to show it.
    returns: whether what is kept comes back with `rollback`, as it does after an apply."""

    def __init__(
        self, page: Page, *, sql: bool = False, reasons: Mapping[Action, str] | None = None, returns: bool = True
    ) -> None:
        self._page, self._sql, self._reasons, self._returns = page, sql, reasons or {}, returns

    def groups(self, groups: Sequence[Group]) -> None:
        """All groups; new objects of one line each stand together, the others apart."""
        alone = True
        for group in groups:
            short = not self._sql and not group.items and group.root is not None and group.root.action is Action.CREATE
            if not (alone and short):
                self._page.blank()
            self._group(group)
            alone = short

    def _group(self, group: Group) -> None:
        title = f"{kind_word(group.address.kind)} {called(group.address)}".strip()
        if group.root is not None:
            self._item(group.root, title, "bold", 0)
        else:
            self._page.line((title, "bold"), indent=2)
        labels = {item.address: group.label(item) for item in group.items}
        widths: dict[str, int] = {}
        for item in group.items:
            if item.action is Action.CREATE:
                kind, length = item.address.kind, len(labels[item.address])
                widths[kind] = min(max(widths.get(kind, 0), length), WIDEST)
        for item in group.items:
            self._item(item, labels[item.address].ljust(widths.get(item.address.kind, 0)), "", LIST)

    def _item(self, item: Item, label: str, style: str, indent: int) -> None:
        color = ACTION_STYLES[item.action]
        found = _found(item)
        head: list[Part] = [(f"{SIGNS[item.action]} ", f"bold {color}"), (label, style)]
        if item.was is not None and item.becomes is not None:
            head.append((f"  {renamed(item.was, item.becomes, item.address)}", color))
        if item.within:
            head.append((f"  {renamed_within(item.within)}", color))
        if item.action is Action.CREATE and item.change:
            head.append(f"  {made(item)}")
        reason = self._reason(item, rebuilt=not found)
        if reason:
            head.append((f"  {reason}", "dim"))
        brief = len(found) == 1 and not found[0].lines and not reason
        if brief:
            head += ["  ", *_arrow(found[0])]
        self._page.line(*head, indent=indent, hang=4, risk=item.risk)
        if not brief:
            self._deltas(found, indent + 4)
        self._about(item, indent + 4)

    def _reason(self, item: Item, *, rebuilt: bool) -> str:
        """Why, and for a replaced object whether it comes back the same."""
        reason = item.change.reason or self._reasons.get(item.action, "") if item.change else ""
        because = f"because {reason}" if reason else ""
        if item.action is Action.REPLACE and rebuilt:
            return ", ".join(filter(None, ("rebuilt as it is", because)))
        return because

    def _deltas(self, found: Sequence[Delta], indent: int) -> None:
        for delta in found:
            if not delta.lines:
                self._page.line(*_arrow(delta), indent=indent)
                continue
            self._page.line(f"{delta.key}:", indent=indent)
            for line in delta.lines:
                self._page.verbatim(line, {"+": "green", "-": "red"}.get(line[:1], "dim"), indent + 2)

    def _about(self, item: Item, indent: int) -> None:
        """What else there is to say below an item's line: company, hazards, data, statements."""
        if item.change and item.change.before and item.change.after:
            for sentence in conversions(item.change.before, item.change.after):
                self._page.line(sentence, indent=indent)
        if item.action is Action.DROP and item.folded:
            self._page.line(f"with {along(item.folded)}", indent=indent)
        for hazard in item.hazards:
            self._page.line(("! ", "bold red"), hazard.message, indent=indent)
        for line in live_rows(item.steps):
            self._page.line((line, "red" if line.startswith("in the way") else "dim"), indent=indent)
        kept = self._kept(item)
        if kept:
            self._page.line(kept, indent=indent)
        for found in item.estimates if not self._sql else ():
            self._page.line(estimate(found), indent=indent)
        for step in item.steps if self._sql else ():
            self._page.line((f"step {step.id}, transaction {step.transaction}", "dim"), indent=indent)
            for line in effects(step):
                self._page.line((line, "dim"), indent=indent + 2)
            self._page.verbatim(statement(step), "cyan", indent + 2)

    def _kept(self, item: Item) -> str:
        """What becomes of the data."""
        if item.kept is None:
            # Where a hazard says what is lost (the password of a role), it is not to be said in general too.
            said = any(hazard.message.startswith("undo: none") for hazard in item.hazards)
            return "not kept: its data is destroyed" if item.risk is Risk.DESTRUCTIVE and not said else ""
        if item.kept.form == "moved":
            return "kept in quarantine: comes back with rollback" if self._returns else "kept in quarantine"
        if item.kept.form == "aside":
            return "as it was it goes to quarantine, where it is still needed"
        if item.kept.form == "position":
            return "how far it has come is kept in quarantine" + (
                ": it goes on from there after rollback" if self._returns else ""
            )
        what = "the values it has now are" if item.action is Action.ALTER else "its values are"
        back = ": they come back with rollback" if self._returns else ""
        return f"{what} kept in quarantine{back}"


def _found(item: Item) -> list[Delta]:
    """What differs about an object that stays."""
    change = item.change
    return deltas(change.before, change.after) if change and change.before and change.after else []


def _arrow(delta: Delta) -> list[Part]:
    return [f"{delta.key}: " if delta.key else "", delta.old, (" → ", "bold"), delta.new]


def made(item: Item) -> str:
    """A new object in a line, with what is told along with it."""
    assert item.change is not None
    words = [gist(item.change.after)] if item.change.after else []
    for change in item.folded:
        if change.after is not None:
            words.append(f"{kind_word(change.address.kind)} {gist(change.after)}".strip())
    return one_line(", ".join(filter(None, words)))


def along(folded: Sequence[Change]) -> str:
    """What goes away with a dropped object, by kind."""
    names: dict[str, list[str]] = {}
    for change in folded:
        names.setdefault(kind_word(change.address.kind), []).append(change.address.path[-1])
    return one_line("; ".join(f"{several(kind, len(found))} {', '.join(found)}" for kind, found in names.items()))
