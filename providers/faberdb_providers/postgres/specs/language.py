"""What is written of languages, transforms and access methods."""

from __future__ import annotations

from faberdb_providers.postgres.specs.base import FixedSpec, GrantableSpec, LabelledSpec, OwnedSpec


class LanguageSpec(OwnedSpec, GrantableSpec, LabelledSpec):
    """A procedural language; a bare string is its handler. Those of extensions come with the extension."""

    short = "handler"

    handler: str
    """The function that calls functions of the language."""
    inline: str | None = None
    """The function that runs DO blocks."""
    validator: str | None = None
    """The function that looks at a new function's body."""
    trusted: bool = False
    """Whoever may use it can do no more with it than without."""


class TransformSpec(FixedSpec):
    """A transform, under the name `TYPE for LANGUAGE`."""

    from_sql: str | None = None
    """The function that makes a value of the language, with its arguments: `to_lang(internal)`."""
    to_sql: str | None = None
    """The function that makes a value of the type, with its arguments."""


class AccessMethodSpec(FixedSpec):
    """An access method; a bare string is its handler."""

    short = "handler"

    handler: str
    """The function that tells the server how it works."""
    table: bool = False
    """It stores tables; else it is for indexes."""
