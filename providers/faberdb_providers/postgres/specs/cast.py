"""What is written of a cast."""

from __future__ import annotations

from typing import Literal

from faberdb_providers.postgres.specs.base import FixedSpec


class CastSpec(FixedSpec):
    """A cast, under the name `SOURCE as TARGET`; a bare string is its function."""

    short = "function"

    function: str | None = None
    """The function with its arguments: `to_money(integer)`. Without one, and without `inout`, the two types are taken
    to be the same byte by byte."""
    inout: bool = False
    """By way of the text form of both types."""
    context: Literal["explicit", "assignment", "implicit"] = "explicit"
    """Where the server casts without being told."""
