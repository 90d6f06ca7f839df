"""What there is to know of a hazard, for who reads its code in a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from faberdb.model.change import Risk


@dataclass(frozen=True, slots=True)
class Explanation:
    """A hazard of the catalogue.

    level: the least risk of a step that carries it. majors: the PostgreSQL majors where it is one, in words, or `all`.
    does: what the statement does on the server. risk: what can come of that. avoided: what is done about it, and what
    one can do. tools: what other tools call it. source: the page of PostgreSQL's manual that the facts are from.
    """

    code: str
    name: str
    title: str
    level: Risk
    majors: str
    does: str
    risk: str
    avoided: str
    tools: tuple[str, ...]
    source: str
