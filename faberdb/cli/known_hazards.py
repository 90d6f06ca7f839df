"""Codes of hazards that people write, held against those there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING

from faberdb.declare.source import place_of
from faberdb.errors import ConfigError

if TYPE_CHECKING:
    from faberdb.config.project import HazardRule
    from faberdb.model import Explanation


def refuse_unknown(rules: Mapping[str, HazardRule], known: Callable[[], Mapping[str, Explanation]]) -> None:
    """Raises ConfigError for a rule about a hazard that there is not: it would never hold. known: reads them."""
    for code, rule in rules.items():
        if code not in known():
            raise unknown_hazard(code, known(), place_of(rule.origin))


def unknown_hazard(code: str, known: Mapping[str, Explanation], where: str = "") -> ConfigError:
    """The error for a code, or name, that no hazard has, with the nearest."""
    words = [*known, *(e.name for e in known.values())]
    begun = [word for word in known if word.startswith(code.upper())]
    near = get_close_matches(code, words, 1, 0.5) or get_close_matches(code.upper(), words, 1, 0.5)
    # The first digit is what they are about, so the code most like it in letters may be about something else.
    advice = f"did you mean {begun[0] if begun else near[0]}? " if begun or near else ""
    return ConfigError(f"there is no hazard {code!r}", where=where, advice=f"{advice}faberdb explain lists all of them")
