"""Whether a text that somebody wrote is one piece of SQL, so that what is put around it stays around it.

Only quotes, comments, brackets and semicolons are looked at, as the server's scanner reads them with
standard_conforming_strings on, which every session of faberdb sets. What the piece means, the server says.
"""

from __future__ import annotations

import re
from functools import cache

from faberdb_providers.postgres.pattern import pattern
from faberdb_providers.postgres.scanner import ESCAPED, after_comment, token

_HARMLESS = pattern(r"""[^\x00-\x08\x0e-\x1b!"#$&'()\-/;?@\[\\\]^`{|}~\x7f]*\Z""")
"""What most texts are made of, and what needs no further look: words, spaces and a few signs. Said by what is left out,
as names are."""

_CLOSES = {")": "(", "]": "["}


# Compiled when it is first needed: most texts are harmless, and it takes the compiler its time.
@cache
def _goes_on() -> re.Pattern[str]:
    """A string with backslashes that goes on in the next line, where backslashes still count though no E says so."""
    return re.compile(rf"{ESCAPED}(?:[ \t\f\v]|--[^\n\r]*)*[\n\r](?:\s|--[^\n\r]*)*'", re.DOTALL)


def fault(text: str, *, last: bool = False) -> str:
    """Why a text is not one piece of SQL; empty where it is. last: nothing follows it in its statement, so it may end
    with a comment."""
    if _HARMLESS.match(text):
        return ""
    open_brackets: list[str] = []
    position, block, begun = 0, 0, bool(re.match(r"\s*begin\s+atomic\b", text, re.IGNORECASE))
    while position < len(text):
        match = token().match(text, position)
        assert match is not None, "the last alternative takes any character"
        kind, piece = match.lastgroup, match[0]
        position = match.end()
        if match["open_line"] is not None:
            return "" if last and not open_brackets else "it ends with a comment, which would hide what comes after it"
        if match["comment"] is not None:
            position = after_comment(text, match.start())
            if not position:
                return "a comment in it has no end"
        elif kind == "word" and begun:
            block += {"begin": 1, "case": 1, "end": -1}.get(piece.lower(), 0)
        elif match["string"] is not None:
            if _goes_on().match(text, match.start()):
                return "a string with backslashes goes on in its next line; write it as one string"
        elif kind == "other":
            wrong = _bracket(piece, open_brackets)
            if wrong:
                return wrong
            if piece == ";" and not open_brackets and block <= 0:
                return "a semicolon in it begins another statement"
    return f"a `{open_brackets[-1]}` in it is not closed" if open_brackets else ""


def _bracket(piece: str, open_brackets: list[str]) -> str:
    if piece in ("'", '"'):
        return "a quote in it is not closed"
    if piece in "([":
        open_brackets.append(piece)
    elif piece in _CLOSES and (not open_brackets or open_brackets.pop() != _CLOSES[piece]):
        return f"a `{piece}` in it closes what it did not open"
    return ""
