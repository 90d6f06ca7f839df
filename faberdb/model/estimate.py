"""What a step has to do with what is there: how much, how long, and how much disk."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a step works on, as the statistics of the live database tell, and what that takes; all of it roughly.

    work: what it does, in words that go before a size: `reads`, `builds an index over`. of: to which relations, as in
    `table public.customer`, the largest first. rows, bytes: what these hold; rows is None where no statistics tell.
    seconds: how long it takes; 0 is less than one. disk: bytes needed besides as long as its transaction is open.
    basis: what seconds and disk rest on, in words.
    """

    work: str
    of: tuple[str, ...]
    rows: int | None
    bytes: int
    seconds: int
    disk: int
    basis: str


@dataclass(frozen=True, slots=True)
class KeptBytes:
    """How much a plan puts in quarantine; 0 is less than a megabyte.

    bytes: of all of it, on disk, with indexes, as far as it is of tables. estimated: of these, the values that are
    copied, each copy taken for as large as the table it is of, since there is none yet to be measured.
    """

    bytes: int
    estimated: int = 0


def rounded(number: float, digits: int = 2) -> int:
    """The number with so many significant digits, so that what is rough does not look exact, or change all the time."""
    return int(float(f"{number:.{digits - 1}e}"))
