"""What is written of an enum type."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from faberdb_providers.postgres.specs.base import GrantableSpec, LabelledSpec, OwnedSpec


class EnumValue(BaseModel):
    """A value with what is to be said of it besides."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    value: str
    renamed_from: str | Literal[False] | None = None
    """What it was called before; every row that has it goes along. Ignored once the rename is done. `false`: it is new,
    whatever it looks like."""


class EnumSpec(OwnedSpec, GrantableSpec, LabelledSpec):
    """An enum type; a bare list is its values."""

    short = "values"
    short_type = "array"

    values: list[str | EnumValue]
    """In their sort order; one that is to be renamed as `{ value = "bee", renamed_from = "b" }`."""
