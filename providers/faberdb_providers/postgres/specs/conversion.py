"""What is written of a conversion."""

from __future__ import annotations

from faberdb_providers.postgres.specs.base import OwnedSpec


class ConversionSpec(OwnedSpec):
    """A conversion from one encoding to another."""

    source: str
    """The encoding it reads: `LATIN1`."""
    target: str
    """The encoding it writes: `UTF8`."""
    function: str
    """The function that converts, without its arguments."""
    default: bool = False
    """It is the one that the server uses between these encodings."""
