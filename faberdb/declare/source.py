"""One TOML file as text and data, and the problems found in it, each with its line and column."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from faberdb.declare.blocks import parse, split
from faberdb.declare.credentials import connection_strings, passwords
from faberdb.declare.positions import line_and_column, locate
from faberdb.errors import FaberError

if TYPE_CHECKING:
    from faberdb.declare.blocks import Block
    from faberdb.declare.positions import Keys
    from faberdb.model import Origin

AnyError = TypeVar("AnyError", bound=FaberError)

_TOML_PLACE = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)\Z", re.DOTALL)
_SHOWN = 50
"""So many problems are listed; who has more repairs these first."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in one file, said in one sentence, and what to do about it, if the sentence leaves that open."""

    file: Path
    line: int
    column: int
    message: str
    advice: str = ""

    @property
    def place(self) -> str:
        return f"{self.file.as_posix()}:{self.line}:{self.column}"


class UnreadableError(Exception):
    """A file that is no TOML at all; carries the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class Source(NamedTuple):
    """One TOML file, read. digest: of its bytes; blocks: of its blocks, if it has any."""

    file: Path
    text: str
    data: dict[str, Any]
    digest: str = ""
    blocks: Mapping[Block, str] | None = None

    def problem(self, keys: Keys, message: str, advice: str = "") -> Problem:
        """The message at the place where `keys` was written."""
        return Problem(self.file, *locate(self.text, keys), message, advice)


def content_digest(raw: bytes) -> str:
    """What tells one content of a file from every other."""
    return hashlib.sha256(raw).hexdigest()


def block_digests(blocks: Mapping[Block, str]) -> dict[Block, str]:
    return {block: content_digest(text.encode()) for block, text in blocks.items()}


def as_text(raw: bytes) -> str:
    """The content as text; an editor's byte order mark is no part of it. Raises UnicodeDecodeError."""
    return raw.decode("utf-8-sig")


def read(file: Path) -> Source:
    """The file as TOML; raises UnreadableError with the place where it is not."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise UnreadableError(Problem(file, 1, 1, f"cannot be read: {error.strerror}")) from error
    try:
        text = as_text(raw)
    except UnicodeDecodeError as error:
        line, column = line_and_column(raw.decode("latin-1"), error.start)
        raise UnreadableError(Problem(file, line, column, "not UTF-8 text")) from error
    try:
        parts = split(text)
        data = parse(parts) if parts is not None and len(parts) > 1 else None
        if parts is None or data is None:
            return Source(file, text, tomllib.loads(text), content_digest(raw))
        return Source(file, text, data, content_digest(raw), block_digests(parts))
    except tomllib.TOMLDecodeError as error:
        raise UnreadableError(_syntax_problem(file, text, str(error))) from error
    except RecursionError:
        raise UnreadableError(Problem(file, 1, 1, "nested too deeply to be read")) from None


def _syntax_problem(file: Path, text: str, said: str) -> Problem:
    match = _TOML_PLACE.match(said)
    what = match[1] if match else said
    if match and match[2]:
        line, column = int(match[2]), int(match[3])
    else:
        line, column = line_and_column(text, len(text.rstrip()))
    advice = (
        "look at that place and the line before it: a text stands in quotes, a list in [...], each bracket and quote is"
        " closed, a key stands once; then: faberdb validate"
    )
    return Problem(file, line, column, f"not valid TOML: {what[:1].lower()}{what[1:]}", advice)


def leaks(source: Source) -> list[Problem]:
    """Connection strings written into the file; the problems do not repeat them."""
    message = (
        "a connection string is written here; keep it in an environment variable and give the variable's name"
        " to connection_string_env in faberdb.toml"
    )
    advice = (
        "export NAME='postgresql://...' and write connection_string_env = \"NAME\"; if it was committed, change the"
        " password"
    )
    found = [source.problem(keys, message, advice) for keys in connection_strings(source.text, source.data)]
    return found or hidden(source.file, source.text)


def hidden(file: Path, text: str) -> list[Problem]:
    """Connection URLs with a password anywhere in a text, in comments too."""
    message = "a connection string with a password is written here; take it out, and change the password"
    advice = "keep it in an environment variable, whose name stands as connection_string_env in faberdb.toml"
    return [Problem(file, *line_and_column(text, place), message, advice) for place in passwords(text)]


def error_of(problems: Iterable[Problem], error: type[AnyError]) -> AnyError:
    """One error for all problems: the first is its message, the rest its detail, the first advice is its advice."""
    first, *rest = sorted(set(problems))
    lines = [f"{problem.place}: {problem.message}" for problem in rest[:_SHOWN]]
    if len(rest) > _SHOWN:
        lines.append(f"and {len(rest) - _SHOWN} more")
    advice = next((problem.advice for problem in (first, *rest) if problem.advice), "")
    return error(first.message, where=first.place, detail=tuple(lines), advice=advice)


def problem_at(origin: Origin, message: str, advice: str = "") -> Problem:
    """The message at a place that was read before; without a line where the file cannot be read any more."""
    try:
        text = origin.file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        text = ""
    return Problem(origin.file, *locate(text, origin.keys), message, advice)


def place_of(origin: Origin) -> str:
    """The origin as a place to go to, `schemas/shop.toml:12:5`; the file alone where it cannot be read any more."""
    try:
        text = origin.file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return origin.file.as_posix()
    line, column = locate(text, origin.keys)
    return f"{origin.file.as_posix()}:{line}:{column}"


def nearest(word: str, known: Iterable[str]) -> str:
    """The rest of a sentence that refuses `word`: the known name most like it, or all that are known."""
    names = sorted(known)
    close = closest(word, names)
    if close:
        return f"; did you mean `{close}`?"
    return f"; known here: {', '.join(f'`{name}`' for name in names)}" if names else "; nothing may stand here"


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known name most like `word`, if one is like it at all."""
    names = sorted(known)
    close = get_close_matches(word, names, n=1, cutoff=0.6) or [name for name in names if _abbreviates(word, name)]
    return close[0] if close else None


def _abbreviates(word: str, name: str) -> bool:
    """`prod` for `production`, and the other way round."""
    short, long = sorted((word.lower(), name.lower()), key=len)
    return len(short) > 2 and long.startswith(short)
