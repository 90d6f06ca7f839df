"""The debug file: the full trace of an error, with what could be a secret struck out."""

from __future__ import annotations

import platform
import re
import tempfile
import traceback
from pathlib import Path

from faberdb import __version__

_SECRETS = (
    (re.compile(r"(\w+://)[^\s/@:]*(:[^\s@]*)?@"), r"\1***@"),
    (re.compile(r"(password\s*=\s*)('[^']*'|\S+)", re.IGNORECASE), r"\1***"),
)


def write_trace(error: BaseException) -> Path:
    """A file in the temporary folder with the trace; local values are not in it."""
    text = "".join(traceback.format_exception(error))
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    head = f"faberdb {__version__}, Python {platform.python_version()}, {platform.platform()}\n\n"
    with tempfile.NamedTemporaryFile("w", prefix="faberdb-", suffix=".trace", delete=False) as file:
        file.write(head + text)
    return Path(file.name)
