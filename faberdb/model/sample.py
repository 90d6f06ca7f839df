"""Rows that were made up on scratch, and what a plan made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class SampleColumn(NamedTuple):
    """A column as it was read with its rows.

    number: stays its own whatever it is called. nature: what its values are; of two readings with the same, the same
    value has the same text. Empty where a value follows from others. required: no row may be without a value.
    """

    number: int
    name: str
    nature: str
    required: bool


class SampleTable(NamedTuple):
    """A table with all its rows, as text, in the order of its columns. path: of its address; name: as statements write
    that. waits: whether it is in quarantine. guarded: whether row security may have kept some of them back.
    whole: whether it is partitioned, so that all rows are its parts' too; part_of: the number of the outermost table
    that it is a partition of."""

    path: tuple[str, ...]
    name: str
    waits: bool
    columns: tuple[SampleColumn, ...]
    rows: tuple[tuple[str | None, ...], ...]
    guarded: bool = False
    whole: bool = False
    part_of: int | None = None


Samples = Mapping[int, SampleTable]
"""Tables by a number that stays their own, whatever they are called and wherever they are."""


@dataclass(frozen=True, slots=True)
class CarriedRows:
    """What of a proof was shown with rows.

    tables, rows: how many there were, of those that the plan has to do with. forward, backward: whether all that the
    plan keeps was there after it, and all of it again after its rollback; false where no row was there. thinned: tables
    that only some of the made-up rows went through the plan with, not_filled: those that had none; by name, with the
    reason. counted: tables of which only the number of rows was held, since triggers of the user's act on them.
    """

    tables: int
    rows: int
    forward: bool
    backward: bool
    thinned: Mapping[str, str] = field(default_factory=dict)
    not_filled: Mapping[str, str] = field(default_factory=dict)
    counted: tuple[str, ...] = ()
