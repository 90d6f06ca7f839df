"""What faberdb says to people and to programs. The only room with a terminal, and the only one that knows rich."""

from __future__ import annotations

from faberdb.views.view import View


def make_view(*, json: bool, color: bool, verbose: int = 0) -> View:
    """The view a command speaks through. Whether colours are wanted is the caller's to know."""
    if json:
        from faberdb.views.json import Json

        return Json()
    from faberdb.views.human import Human

    return Human(color=color, verbose=verbose)
