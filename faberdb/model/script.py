"""SQL that others wrote: its statements as they stand in a file, and what became of each on a scratch database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from faberdb.model.address import Address
    from faberdb.model.change import Hazard, Risk, Step
    from faberdb.model.object import Catalogue


@dataclass(frozen=True, slots=True)
class Written:
    """A statement of an SQL file. line, column: where it begins, from 1. allowed: the reason why a comment before it
    allows a hazard, by code."""

    sql: str
    line: int
    column: int = 1
    allowed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Script:
    """The statements of an SQL file. remarks: what is wrong with its comments for faberdb, and what is left out that
    changes nothing, by line. passed_over: what is left out and may change something, by line. elsewhere: the statements
    that come after the file has gone to another database."""

    statements: tuple[Written, ...]
    remarks: tuple[tuple[int, str], ...] = ()
    passed_over: tuple[tuple[int, str], ...] = ()
    elsewhere: tuple[Written, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a statement.

    hazards: those of its own form, and of how it is run, which no catalogue shows. refused: whether the server did not
    take it, as a hazard says then; below: how many lines below its first it found it wrong. not_run: why it was left
    out, which may have hazards all the same; empty where it was run. changed: whether the catalogue may be another now.
    undone: whether that is so because earlier statements were taken back. renamed: whether it can only have given
    names.
    """

    hazards: tuple[Hazard, ...] = ()
    refused: bool = False
    below: int = 0
    not_run: str = ""
    changed: bool = False
    undone: bool = False
    renamed: bool = False


@dataclass(frozen=True, slots=True)
class Weighed:
    """A hazard of a statement, how much it can hurt, and the object it is about, where it is about one."""

    hazard: Hazard
    risk: Risk
    address: Address | None = None


class Trial(Protocol):
    """A scratch database on which the statements of SQL files are run as they would be on the real one."""

    def begin(self, *, single_transaction: bool) -> None:
        """A file begins. single_transaction: whether whoever runs it puts all of it into one transaction."""
        ...

    def run(self, statement: Written) -> Outcome: ...
    def weighed(self, steps: Sequence[Step], outcome: Outcome) -> Sequence[Weighed]:
        """What the statement that ran last can do. steps: those that faberdb would write for the changes that it made
        to what was there before the first file."""
        ...

    def end(self) -> tuple[Hazard, ...]:
        """The file ends; hazards of what it leaves behind. What is not committed by then is taken back."""
        ...

    def inspect(self) -> Catalogue: ...
