"""Lines of text with styles, wrapped to a width; with colours or plain, the same words either way."""

from __future__ import annotations

import os
import sys
from typing import IO, TYPE_CHECKING

from faberdb.model import Action, Risk
from faberdb.views.words import visible

if TYPE_CHECKING:
    from rich.text import Text

WIDTH = 100
"""The widest a line of prose gets; also its width where there is no terminal. SQL keeps its own lines."""
MARGIN = 13
"""Room at the right for the word of the risk."""

ACTION_STYLES = {
    Action.CREATE: "green",
    Action.DROP: "red",
    Action.ALTER: "yellow",
    Action.REPLACE: "magenta",
    Action.RENAME: "cyan",
}
RISK_STYLES = {
    Risk.SAFE: "dim",
    Risk.CAUTION: "yellow",
    Risk.DANGEROUS: "bold red",
    Risk.DESTRUCTIVE: "bold reverse red",
}

Part = str | tuple[str, str]
"""A piece of a line: its text, or (text, style). The page makes it fit to print, whatever a name in it holds."""


class Page:
    """What is to be printed, line by line."""

    def __init__(self, *, color: bool, width: int = WIDTH) -> None:
        from rich.console import Console

        self.width = width
        self._console = Console(
            width=width,
            force_terminal=color,
            color_system="standard" if color else None,
            legacy_windows=False,
            highlight=False,
            markup=False,
            emoji=False,
            _environ={},
        )
        self._lines: list[Text] = []

    def line(self, *parts: Part, indent: int = 0, hang: int = 2, risk: Risk | None = None) -> None:
        """A line; what does not fit goes on below, indented by `hang` more. risk: its word stands at the right."""
        from rich.text import Text

        text = Text.assemble(*map(_safe, parts))
        room = self.width - indent - hang - (MARGIN if risk is not None else 0)
        wrapped = text.wrap(self._console, max(room, 20), overflow="fold")
        for number, piece in enumerate(wrapped):
            piece.rstrip()
            line = Text(" " * (indent + (hang if number else 0))).append_text(piece)
            if risk is not None and number == 0:
                line.append(" " * max(self.width - MARGIN + 1 - line.cell_len, 1))
                line.append(risk.word, RISK_STYLES[risk])
            self._lines.append(line)

    def whole(self, *parts: Part) -> None:
        """A line that is not wrapped, for programs that look for a place in it."""
        from rich.text import Text

        self._lines.append(Text.assemble(*map(_safe, parts)))

    def verbatim(self, text: str, style: str = "", indent: int = 0) -> None:
        """Text whose own lines are kept, however long."""
        from rich.text import Text

        for line in visible(text).split("\n"):
            self._lines.append(Text(" " * indent).append(line, style))

    def blank(self) -> None:
        """An empty line; never two in a row, nor one at the top."""
        from rich.text import Text

        if self._lines and self._lines[-1].plain:
            self._lines.append(Text())

    def write(self, file: IO[str] | None = None) -> None:
        """Print the page."""
        self._console.file = file or sys.stdout
        for line in self._lines:
            line.rstrip()
            self._console.print(line, soft_wrap=True)


def _safe(part: Part) -> Part:
    """The part as one line that no name in it can bend."""
    if isinstance(part, str):
        return visible(part).replace("\n", " ")
    return visible(part[0]).replace("\n", " "), part[1]


def as_it_is(text: str) -> bool:
    """Whether a page would print a line of this text without style just so."""
    return len(text) < terminal_width() - 2 and text.isascii() and text.isprintable()


def terminal_width() -> int:
    """How wide prose may be on stdout."""
    try:
        return max(40, min(WIDTH, os.get_terminal_size(sys.stdout.fileno()).columns or WIDTH))
    except (OSError, ValueError, AttributeError):
        return WIDTH
