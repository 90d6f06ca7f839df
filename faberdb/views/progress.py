"""How far an apply has come: a bar on a terminal, a line for each step elsewhere. Always on stderr."""

from __future__ import annotations

import atexit
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID


class Progress:
    """Starts with the first step; must be stopped before anything else is printed."""

    def __init__(self, *, color: bool) -> None:
        self._color = color
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def step(self, text: str, number: int, total: int) -> None:
        """Step `number` of `total` begins."""
        if not sys.stderr.isatty():
            sys.stderr.write(f"[{number:>{len(str(total))}}/{total}] {text}\n")
            sys.stderr.flush()
            return
        if self._bar is None:
            self._start(total)
        assert self._bar is not None
        assert self._task is not None
        self._bar.update(self._task, completed=number - 1, text=text)

    def stop(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            atexit.unregister(self._bar.stop)
            self._bar.stop()
            self._bar = None

    def _start(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        self._bar = Bar(
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[text]}", markup=False),
            console=Console(stderr=True, highlight=False, no_color=not self._color),
            transient=True,
        )
        self._task = self._bar.add_task("", total=total, text="")
        self._bar.start()
        # An error leaves the command without a word to the view; the cursor must come back all the same.
        atexit.register(self._bar.stop)
