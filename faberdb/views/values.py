"""Attributes of objects as text: what a new one is in a line, and what is different about a changed one.

Attributes are shown by their shape, not by their kind; the few names below only decide order and brevity.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from faberdb.views.words import kind_word, visible

if TYPE_CHECKING:
    from faberdb.model import Object

BARE = ("type", "columns", "on", "elements", "values", "row", "expression", "generated", "table", "text")
"""Attributes that say by themselves what they are; they come first and without their name."""
NAMELESS = ("expression", "text")
"""Attributes that are all there is to an object; a change of one needs no name."""
UNSAID = {("column", "null"): ("not null", "null")}
"""Words for an attribute that is meaningful where it is missing: (missing or false, true)."""
USUAL = {"not_null_name": "name of NOT NULL", "identity name": "name of its sequence"}
"""Names that the server gives where nobody does, which is not to have none."""
LONG = 72


class Delta(NamedTuple):
    """One attribute that differs. lines: a unified diff instead of old and new, for long texts."""

    key: str
    old: str = ""
    new: str = ""
    lines: tuple[str, ...] = ()


def shown(value: Any) -> str:
    """A JSON value in a line."""
    if value is None or value == [] or value == {}:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "(" + ", ".join(_lines(value)) + ")"
    if isinstance(value, Mapping):
        return _mapping(value)
    return visible(str(value))


def gist(obj: Object) -> str:
    """What a new object is, in a line."""
    attributes = obj.attributes
    ordered = sorted(attributes, key=lambda k: (BARE.index(k) if k in BARE else len(BARE), k != "null"))
    words = []
    for key in ordered:
        said = UNSAID.get((obj.address.kind, key))
        words.append(said[bool(attributes[key])] if said else _word(key, attributes[key]))
    for (kind, key), said in UNSAID.items():
        if kind == obj.address.kind and key not in attributes:
            words.insert(1, said[0])
    if isinstance(filling := obj.hints.get("backfill"), str):
        words.append(f"rows that are there get {cut(filling)}")
    return ", ".join(filter(None, words))


def deltas(before: Object, after: Object) -> list[Delta]:
    """The attributes that differ."""
    old, new = before.attributes, after.attributes
    keys = list(dict.fromkeys([*old, *new]))
    changed = [key for key in keys if old.get(key) != new.get(key)]
    return [delta for key in changed for delta in _delta(after.address.kind, key, old.get(key), new.get(key))]


def conversions(before: Object, after: Object) -> Iterator[str]:
    """What becomes of values that are there, where the declaration says so."""
    old, new = before.attributes, after.attributes
    if (using := after.hints.get("using")) and old.get("type") != new.get("type"):
        yield f"values are converted by {cut(visible(str(using)))}"
    if (filling := after.hints.get("backfill")) and old.get("null") and not new.get("null"):
        yield f"rows without a value get {cut(visible(str(filling)))}"


def _mapping(value: Mapping[str, Any]) -> str:
    words = []
    for key, inner in value.items():
        bare = key in BARE and not isinstance(inner, bool)
        words.append(shown(inner) if bare else f"{kind_word(visible(key))} {shown(inner)}")
    return " ".join(words) if all(key in BARE for key in value) else ", ".join(words)


def _word(key: str, value: Any) -> str:
    name = kind_word(visible(key))
    if value in (None, False, [], {}, ""):
        return ""
    if value is True:
        return name
    if isinstance(value, str) and "\n" in value.strip():
        return f"{name} of {len(value.strip().splitlines())} lines"
    if key == "text":
        return f'"{cut(shown(value))}"'
    if key in BARE and not (key == "generated" and isinstance(value, str)):
        return shown(value)
    return f"{name} {shown(value)}"


def cut(text: str, length: int = LONG) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _delta(kind: str, key: str, old: Any, new: Any) -> Iterator[Delta]:
    name = "" if key in NAMELESS else kind_word(visible(key))
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for inner in dict.fromkeys([*old, *new]):
            if old.get(inner) != new.get(inner):
                yield from _delta(kind, f"{key} {inner}", old.get(inner), new.get(inner))
    elif (kind, key) in UNSAID:
        said = UNSAID[kind, key]
        yield Delta("", said[bool(old)], said[bool(new)])
    elif key in USUAL:
        before, after = ("the usual one" if given is None else shown(given) for given in (old, new))
        yield Delta(USUAL[key], before, after)
    elif isinstance(old, bool | None) and isinstance(new, bool | None):
        yield Delta(name, shown(bool(old)), shown(bool(new)))
    elif isinstance(old, list) and isinstance(new, list) and len(shown(old) + shown(new)) > LONG:
        yield Delta(kind_word(visible(key)), lines=_unified(_lines(old), _lines(new)))
    elif isinstance(old, str) and isinstance(new, str) and ("\n" in old + new or len(old + new) > 2 * LONG):
        yield Delta(kind_word(visible(key)), lines=_unified(visible(old).splitlines(), visible(new).splitlines()))
    else:
        yield Delta(name, shown(old), shown(new))


def _lines(values: list[Any]) -> list[str]:
    return [shown(v) if not isinstance(v, list) else " ".join(map(shown, v)) for v in values]


def _unified(old: list[str], new: list[str]) -> tuple[str, ...]:
    """A unified diff with two lines around each change; where lines are left out, `…` stands for them."""
    lines, end = [], 0
    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(2):
        if group[0][1] > end:
            lines.append("  …")
        for tag, start, stop, start_new, stop_new in group:
            if tag == "equal":
                lines += [f"  {line}" for line in old[start:stop]]
            else:
                lines += [f"- {line}" for line in old[start:stop]]
                lines += [f"+ {line}" for line in new[start_new:stop_new]]
            end = stop
    return tuple([*lines, "  …"] if end < len(old) else lines)
