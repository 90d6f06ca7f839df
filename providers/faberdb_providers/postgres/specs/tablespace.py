"""What is written of a tablespace."""

from __future__ import annotations

import posixpath
from typing import Annotated

from pydantic import AfterValidator

from faberdb_providers.postgres.specs.base import GrantableSpec, OwnedSpec
from faberdb_providers.postgres.specs.options import Options


def _folder(text: str) -> str:
    """The path as the server keeps it. Raises ValueError."""
    if not text.startswith("/"):
        raise ValueError("write the whole path of a folder on the server's machine, as in `/srv/fast`")
    return posixpath.normpath(text)


class TablespaceSpec(OwnedSpec, GrantableSpec):
    """A tablespace; a bare string is its folder."""

    short = "location"

    location: Annotated[str, AfterValidator(_folder)]
    """The folder on the server's machine, which must be there, be empty, and belong to who runs the server."""
    options: Options = {}
    """`seq_page_cost`, `random_page_cost`, `effective_io_concurrency`, `maintenance_io_concurrency`."""
