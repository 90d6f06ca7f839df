"""What is written of an extension."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from faberdb_providers.postgres.specs.base import FixedSpec


class ExtensionSpec(FixedSpec):
    """An extension; a bare string is its schema."""

    short = "schema"

    schema_: Annotated[str | None, Field(alias="schema")] = None
    """Where its objects live, or are to be moved."""
    version: str | None = None
    """Where it is not given: left alone if the extension is there, what the server installs if it is new."""
