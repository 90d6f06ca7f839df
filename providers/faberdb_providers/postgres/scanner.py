"""The tokens of SQL, as the server's scanner reads them with standard_conforming_strings on, which every session of
faberdb sets: quotes, comments, words and single signs, and nothing of what they mean."""

from __future__ import annotations

import re
from functools import cache

from faberdb_providers.postgres.names import NAME_PART, NAME_START

ESCAPED = r"[eE]'(?:[^'\\]|\\.|'')*'"
"""A string with backslashes."""


@cache
def token() -> re.Pattern[str]:
    """What stands at a place of a text, by the name of the group that took it: `comment` is only where one begins.
    Compiled when it is first needed: the compiler takes its time."""
    return re.compile(
        rf"""(?P<space>\s+|--[^\n\r]*[\n\r])
        |(?P<open_line>--[^\n\r]*\Z)
        |(?P<comment>/\*)
        |(?P<string>{ESCAPED}|'[^']*'|"[^"]*"|\$(?P<tag>(?:{NAME_START}(?:(?!\$){NAME_PART})*)?)\$.*?\$(?P=tag)\$)
        |(?P<word>{NAME_START}{NAME_PART}*)
        |(?P<number>\d+)
        |(?P<other>.)""",
        re.DOTALL | re.VERBOSE,
    )


def after_comment(text: str, start: int) -> int:
    """Where the comment ends that begins there; comments may hold others. 0 where it does not."""
    depth = 0
    for mark in re.finditer(r"/\*|\*/", text[start:]):
        depth += 1 if mark[0] == "/*" else -1
        if depth == 0:
            return start + mark.end()
    return 0
