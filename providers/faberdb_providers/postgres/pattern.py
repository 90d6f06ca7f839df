"""Regular expressions that are compiled when they are first used. A command needs few of the hundred that the kinds
have, and compiling all of them took a tenth of the time of a short one."""

from __future__ import annotations

import re
from typing import Any, cast


class _Later:
    def __init__(self, text: str, flags: int) -> None:
        self._text, self._flags = text, flags

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(self._text, self._flags), name)  # which compiles each text once
        setattr(self, name, found)
        return found


def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """What re.compile returns, to be used like it; wrong ones are found when they are used."""
    return cast("re.Pattern[str]", _Later(text, flags))
