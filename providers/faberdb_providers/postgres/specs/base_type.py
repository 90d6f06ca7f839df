"""What is written of a base type."""

from __future__ import annotations

from typing import Literal

from faberdb_providers.postgres.specs.base import GrantableSpec, LabelledSpec, OwnedSpec


class BaseTypeSpec(OwnedSpec, GrantableSpec, LabelledSpec):
    """A base type: how its values are read, printed and stored. Making one takes a superuser."""

    input: str
    """The function that makes a value of a text."""
    output: str
    """The function that makes a text of a value."""
    receive: str | None = None
    """The function that makes a value of its binary form."""
    send: str | None = None
    """The function that makes the binary form of a value."""
    typmod_in: str | None = None
    """The function that reads what stands in parentheses behind the type."""
    typmod_out: str | None = None
    """The function that prints that."""
    analyze: str | None = None
    """The function that gathers statistics of a column."""
    subscript: str | None = None
    """The function that looks into a value by subscripts (PostgreSQL 14)."""
    internallength: int | None = None
    """How many bytes a value takes; where nothing is said, it varies."""
    passedbyvalue: bool = False
    alignment: Literal["char", "int2", "int4", "double"] = "int4"
    storage: Literal["plain", "external", "extended", "main"] = "plain"
    category: str = "U"
    """The letter of the group within which the type is converted by itself."""
    preferred: bool = False
    """Whether it is the one of its category that others are converted to."""
    default: str | None = None
    """The text of the value that columns of the type have if nothing is said."""
    element: str | None = None
    """The type of its elements, where it can be looked into as an array."""
    delimiter: str = ","
    """What stands between the values of an array of the type."""
    collatable: bool = False
    """Whether columns of it can have a collation."""
