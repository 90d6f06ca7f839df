"""How full the disk is that a server keeps its data on, where that is a disk of this machine."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple


class Space(NamedTuple):
    """Bytes of a disk, and how many of them are free."""

    total: int
    free: int


def space(data: Path, started: int) -> Space | None:
    """The disk of the server whose data is in a folder of this machine; None where that cannot be said. The same path
    may be another server's here, so its lock file has to say when this one was started (epoch seconds)."""
    try:
        lines = (data / "postmaster.pid").read_text().split("\n")
        if abs(int(lines[2]) - started) >= 60:
            return None
        usage = shutil.disk_usage(data)
        return Space(usage.total, usage.free)
    except (OSError, ValueError, IndexError):
        return None
