"""An SQL file as its statements, cut where psql cuts it, with the place of each and what comments before it allow."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from faberdb.model import Script, Written
from faberdb_providers.postgres.pattern import pattern
from faberdb_providers.postgres.scanner import ESCAPED, after_comment, token

_COPY_DATA = pattern(r"copy\b.*\bfrom\s+stdin\b", re.IGNORECASE | re.DOTALL)
_MARK = pattern(r"--\s*faberdb\s*:\s*(?P<said>[^\n\r]*)")
_ALLOW = pattern(r"allow\s+(?P<codes>FDB\d{3}(?:\s*,\s*FDB\d{3})*)\b[\s:,-]*(?P<reason>.*)", re.DOTALL)
HOW = "write `-- faberdb: allow FDB000 reason` on a line of its own before the statement"


_COMMAND = pattern(r"\\(?P<name>[A-Za-z]+|[!?])(?P<rest>[^\\\n]*)")
_HARMLESS = pattern(
    "a|C|conninfo|d[A-Za-z]*|echo|encoding|errverbose|f|H|h|l|o|out|prompt|pset|q|qecho|quit|restrict|set|setenv|t|T"
    "|timing|unrestrict|unset|warn|x|z|[?]"
)
"""Commands of psql's that change nothing in a database."""
_RUNS_OTHERWISE = pattern(
    r"\s+(?:(?P<autocommit>AUTOCOMMIT)|(?P<other>ON_ERROR_ROLLBACK|SINGLELINE))(?:\s+'?(?P<value>\w+).*)?", re.DOTALL
)
"""What follows \\set where it may say how psql cuts and runs what comes after it."""
_USUAL = {"autocommit": ("", "on", "true", "yes", "1"), "other": ("off", "false", "no", "0")}
_SAME_DATABASE = pattern(r"\s*(?:-.*)?", re.DOTALL)
"""What follows \\connect where only the user or the server is another, or nothing is."""


def split(text: str) -> Script:
    """The statements of a file, without the semicolons. psql's own commands are left out, and the file says so."""
    reader = _Reader(text)
    statements = tuple(reader.statements())
    here = reader.here if reader.here is not None else len(statements)
    return Script(statements[:here], tuple(reader.remarks), tuple(reader.passed_over), statements[here:])


def _active(name: str, rest: str) -> str:
    """A command of psql's that may do anything, or changes how the file is run; empty for any other."""
    if not _HARMLESS.fullmatch(name) or "`" in rest:  # a shell would run what stands in these
        return name
    said = _RUNS_OTHERWISE.fullmatch(rest) if name == "set" else None
    if said is None or (said["value"] or "").lower() in _USUAL["autocommit" if said["autocommit"] else "other"]:
        return ""
    return f"set {said['autocommit'] or said['other']}"


@cache
def _long_string() -> re.Pattern[str]:
    """A string with backslashes, with the lines that it goes on in, where backslashes count though no E says so."""
    goes_on = r"(?:[ \t\f\v]|--[^\n\r]*)*[\n\r](?:\s|--[^\n\r]*)*'(?:[^'\\]|\\.|'')*'"
    return re.compile(rf"{ESCAPED}(?:{goes_on})*", re.DOTALL)


@dataclass
class _Piece:
    """A statement while it is being read. words: its first ones; begun: blocks of a body that are open."""

    start: int | None = None
    brackets: int = 0
    begun: int = 0
    words: list[str] = field(default_factory=list)

    def word(self, word: str) -> None:
        """psql counts the same words of a CREATE FUNCTION to find the end of its body."""
        if len(self.words) < 4:
            self.words.append(word)
        routine = [w for w in self.words if w not in ("or", "replace")][:2]
        if routine in (["create", "function"], ["create", "procedure"]) and not self.brackets:
            if word == "begin" or (word == "case" and self.begun):
                self.begun += 1
            elif word == "end" and self.begun:
                self.begun -= 1


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._newlines = [n.start() for n in re.finditer("\n", text)]
        self.remarks: list[tuple[int, str]] = []
        self.passed_over: list[tuple[int, str]] = []
        self.here: int | None = None
        """How many statements there are before the file goes to another database, where it does."""
        self._count = 0
        self._allowed: dict[str, str] = {}

    def statements(self) -> Iterator[Written]:
        text, position, piece = self._text, 1 if self._text.startswith("\ufeff") else 0, _Piece()
        while position < len(text):
            match = token().match(text, position)
            assert match is not None, "the last alternative takes any character"
            kind, sign, start, position = match.lastgroup, match[0], match.start(), match.end()
            if kind in ("space", "open_line") and "--" in sign:
                self._comment(sign, start, within=piece.start is not None)
            elif kind == "comment":
                position = after_comment(text, start) or len(text)
            elif kind == "other" and sign == "\\" and piece.start is None:
                position = self._command(start)
            elif kind == "other" and sign == ";" and not piece.brackets and not piece.begun:
                if piece.start is not None:
                    yield self._written(piece.start, start)
                    if _COPY_DATA.match(text, piece.start, start):
                        position = self._after_data(position)
                piece = _Piece()
            elif kind != "space":
                piece.start = start if piece.start is None else piece.start
                position = self._token(piece, kind or "", sign, start, position)
        if piece.start is not None:
            yield self._written(piece.start, len(text))

    def _token(self, piece: _Piece, kind: str, sign: str, start: int, position: int) -> int:
        """Takes a token of a statement; returns where the next begins."""
        if kind == "word":
            piece.word(sign.lower())
        elif kind == "string" and sign[0] in "eE":
            long = _long_string().match(self._text, start)
            return long.end() if long else position
        elif sign in ("'", '"'):  # without an end; the server says so
            return len(self._text)
        elif sign in ("(", "["):
            piece.brackets += 1
        elif sign in (")", "]"):
            piece.brackets = max(piece.brackets - 1, 0)
        return position

    def _command(self, start: int) -> int:
        """Takes a line with commands of psql's; returns where it ends."""
        end = self._text.find("\n", start)
        line, end = self._text[start : end if end >= 0 else None], end if end >= 0 else len(self._text)
        commands = [(match["name"], match["rest"]) for match in _COMMAND.finditer(line)]
        active = [said for name, rest in commands if (said := _active(name, rest))]
        if active:
            what = f"\\{active[0]} of psql's is left out, and what it does is not looked at"
            self.passed_over.append((self._line(start), what))
        else:
            self.remarks.append((self._line(start), "a command of psql's is left out"))
        for name, rest in commands:
            if name in ("c", "connect") and not _SAME_DATABASE.fullmatch(rest) and self.here is None:
                self.here = self._count
        return self._after_data(end) if _COPY_DATA.match(line, 1) else end

    def _written(self, start: int, end: int) -> Written:
        self._count += 1
        line = self._line(start)
        column = start - (self._newlines[line - 2] if line > 1 else -1)
        allowed, self._allowed = self._allowed, {}
        return Written(self._text[start:end].rstrip(), line, column, allowed)

    def _after_data(self, position: int) -> int:
        end = re.compile(r"^\\\.[ \t\r]*$", re.MULTILINE).search(self._text, position)
        return end.end() if end else len(self._text)

    def _comment(self, comment: str, start: int, *, within: bool) -> None:
        """What a comment says to faberdb."""
        found = _MARK.match(comment)
        if found is None:
            return
        said = _ALLOW.match(found["said"].strip())
        behind = bool(self._text[self._text.rfind("\n", 0, start) + 1 : start].strip())
        if said is None or not said["reason"].strip():
            why = "gives no reason" if said else "is not understood"
            self.remarks.append((self._line(start), f"the comment for faberdb {why}: {HOW}"))
        elif within or behind:
            self.remarks.append((self._line(start), f"the comment for faberdb stands where it says nothing: {HOW}"))
        else:
            codes = re.findall(r"FDB\d{3}", said["codes"])
            self._allowed |= dict.fromkeys(codes, said["reason"].strip())

    def _line(self, position: int) -> int:
        return bisect_left(self._newlines, position) + 1
