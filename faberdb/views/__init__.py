"""What faberdb says to people and to programs. The only room with a terminal, and the only one that knows rich."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from faberdb.views.json import Json
    from faberdb.views.view import View

_for_programs: Json | None = None
"""What programs are told through: one stream that begins once, and to which an error comes from outside of commands."""


def make_view(*, json: bool, color: bool, verbose: int = 0) -> View:
    """The view a command speaks through. Whether colours are wanted is the caller's to know."""
    global _for_programs
    if json:
        from faberdb.views.json import Json

        _for_programs = Json()
        return _for_programs
    from faberdb.views.human import Human

    return Human(color=color, verbose=verbose)


def for_programs() -> Json:
    """The view that a command with --json speaks through, or would have."""
    from faberdb.views.json import Json

    return _for_programs or Json()
