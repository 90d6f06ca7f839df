"""Rows that belong to a project, as its seed files have them, and what they would do in a database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class SeedRow:
    """One row. values: by column; None is NULL, and texts are read by the server as the column's type. where: the place
    of a column's value in its file (`seeds/country.csv:3:1`), of the row itself for an empty name. Values are shown
    nowhere."""

    values: Mapping[str, Any] = field(repr=False)
    where: Callable[[str], str] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class SeedRows:
    """The rows of one table in one file. table: its name, with the schema before it where that was written. key: the
    columns that tell its rows apart; those of the primary key, if none are named. where: the place in the file."""

    table: tuple[str, ...]
    key: tuple[str, ...]
    rows: tuple[SeedRow, ...]
    where: str


@dataclass(frozen=True, slots=True)
class SeedScript:
    """An SQL file. file: as people want to read it."""

    file: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Seeds:
    """All seed files of a project. rows: in the order of the files and of what stands in them; scripts: in the order of
    their names."""

    rows: tuple[SeedRows, ...] = ()
    scripts: tuple[SeedScript, ...] = ()


@dataclass(frozen=True, slots=True)
class SeedCount:
    """What seeding does to one table: rows that are new, that differ, that are as they should be; deleted: by SQL
    files, whose rows nobody compares. table: its qualified name as SQL spells it."""

    table: str
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0

    @property
    def changes(self) -> bool:
        return bool(self.inserted or self.updated or self.deleted)
