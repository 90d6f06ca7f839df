"""Schema files that are as `import` wrote them: nobody put a comment, or an order of their own, into them."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from faberdb.cli.workspace import Workspace
from faberdb.declare.load import load
from faberdb.declare.write import render
from faberdb.errors import DeclarationError
from faberdb.model import Address, Object


def as_written(folder: Path, name: str, workspace: Workspace) -> Mapping[Address, Object] | None:
    """What a schema file declares, where it says so in the very words of `import`; None where somebody wrote in it.

    The file is read by itself, so this also tells of one that declares what others do.
    """
    kinds = workspace.provider.kinds
    with tempfile.TemporaryDirectory() as alone:
        file = Path(alone, name)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes((folder / name).read_bytes())
            text = file.read_text("utf-8")
            objects = load(Path(alone), kinds, workspace.project.search_path).objects
            texts = [t for split in (False, True) for t in render(objects.values(), kinds, split=split).values()]
        except (DeclarationError, OSError, UnicodeDecodeError):
            return None
    return objects if text in texts else None


def lies_split(folder: Path, whole: Mapping[str, str], apart: Mapping[str, str]) -> bool:
    """Whether a folder holds a file that only an import with a file for each table writes. whole, apart: what import
    would write with one file for each schema, and with one for each table."""
    return any((folder / name).exists() for name in apart.keys() - whole.keys())
