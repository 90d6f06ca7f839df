"""What tells routines of one name apart: the types of their input arguments, as the server prints them.

A declaration may spell them in other ways (`int`, `varchar(20)`). The names that every server has are settled here by a
table; the types of a user's are found among what is declared, in `routines`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from faberdb_providers.postgres.names import NAME_PART, NAME_START, dotted

ALIASES = {
    "int": "integer",
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "float": "double precision",
    "float4": "real",
    "float8": "double precision",
    "bool": "boolean",
    "dec": "numeric",
    "decimal": "numeric",
    "char": "character",
    "bpchar": "character",
    "nchar": "character",
    "national char": "character",
    "national character": "character",
    "varchar": "character varying",
    "char varying": "character varying",
    "nchar varying": "character varying",
    "national char varying": "character varying",
    "national character varying": "character varying",
    "varbit": "bit varying",
    "time": "time without time zone",
    "timetz": "time with time zone",
    "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
}
SERIALS = {"serial": "integer", "bigserial": "bigint", "smallserial": "smallint"}
SERIALS |= {"serial2": "smallint", "serial4": "integer", "serial8": "bigint"}

# Types of pg_catalog by names that somebody could give to a table or type of their own; pg_catalog comes first.
SYSTEM = frozenset(
    """
    aclitem any anyarray anycompatible anyelement anyenum anymultirange anynonarray anyrange bigint bit boolean box
    bytea character cid cidr circle cstring date event_trigger fdw_handler inet int4range int8range integer internal
    interval json jsonb jsonpath language_handler line lseg macaddr macaddr8 money name numeric numrange oid oidvector
    path pg_lsn point polygon real record refcursor regclass regconfig regdictionary regnamespace regoper regproc
    regprocedure regrole regtype smallint table_am_handler text tid trigger tsm_handler tsquery tsrange tstzrange
    tsvector txid_snapshot uuid void xid xid8 xml daterange datemultirange int4multirange int8multirange nummultirange
    tsmultirange tstzmultirange unknown
    """.split()
)

_WORDS = (
    r"double\s+precision|national\s+char(?:acter)?(?:\s+varying)?|(?:char(?:acter)?|nchar|bit)\s+varying"
    r"|(?:timestamp|time)(?:\s*\(\s*\d+\s*\))?\s+with(?:out)?\s+time\s+zone"
    r"|interval\s+(?:year|month|day|hour|minute|second)(?:\s+to\s+(?:month|hour|minute|second))?"
)
_IDENT = rf'"(?:[^"]|"")+"|{NAME_START}{NAME_PART}*'


# Compiled when they are first needed: that takes as long as a small plan, most of which look at no routine.
@cache
def _type() -> re.Pattern[str]:
    # Case is ignored only where it can matter, since with all of Unicode it takes much longer still.
    return re.compile(
        rf"(?P<base>(?i:{_WORDS})|(?:{_IDENT})(?:\s*\.\s*(?:{_IDENT}))*(?i:%type)?)\s*(?P<modifier>\([^()]*\))?"
        r"\s*(?P<array>(?:(?i:array)(?:\s*\[\s*\d+\s*\])?|(?:\[\s*\d*\s*\]\s*)+))?\Z"
    )


@cache
def _mode() -> re.Pattern[str]:
    return re.compile(r"(in\s+out|inout|in|out|variadic)(?=\s)", re.IGNORECASE)


@cache
def _name() -> re.Pattern[str]:
    return re.compile(rf"({_IDENT})\s+")


@cache
def _word() -> re.Pattern[str]:
    return re.compile(
        r"""--[^\n]*|/\*.*?\*/|[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$.*?\$\1\$|:=|\w+|\s+|.""",
        re.S,
    )


class Argument(NamedTuple):
    """One argument of a routine: its mode in upper case, IN where none is said; its type as it is written."""

    mode: str
    name: str
    type: str
    default: str = ""


def pieces(text: str) -> Iterator[tuple[str, int]]:
    """The tokens of SQL, each with the depth of brackets around it; strings and quoted names stay whole."""
    depth = 0
    for match in _word().finditer(text):
        word = match[0]
        if word in (")", "]"):
            depth -= 1
        yield word, depth
        if word in ("(", "["):
            depth += 1


def split(text: str) -> list[str]:
    """The items of a list with commas, without those of lists inside it."""
    items = [""]
    for word, depth in pieces(text):
        if word == "," and not depth:
            items.append("")
        elif not word.startswith(("--", "/*")):
            items[-1] += word
    found = [item.strip() for item in items]
    return [] if found == [""] else found


def arguments(text: str) -> list[Argument]:
    """The arguments of a routine, as in CREATE FUNCTION; of an aggregate, those behind ORDER BY too.

    Raises ValueError for what is no argument.
    """
    direct, ordered = halves(text)
    found = [_argument(item) for item in split(direct)]
    behind = [_argument(item) for item in split(ordered)]
    # The server keeps one of them where a hypothetical aggregate takes the same VARIADIC on both sides.
    return found if found and behind == found[-1:] and behind[0].mode == "VARIADIC" else found + behind


def halves(text: str) -> tuple[str, str]:
    """The arguments of an aggregate before ORDER BY, and those behind it."""
    if text.strip() == "*":
        return "", ""
    before, after, here = "", "", False
    for word, depth in pieces(text):
        here = here or (not depth and word.upper() == "ORDER")
        before, after = (before, after + word) if here else (before + word, after)
    return before, re.sub(r"^\s*order\s+by\s", "", after, flags=re.IGNORECASE)


def _argument(text: str) -> Argument:
    plain, default, found = "", "", False
    for word, depth in pieces(text):
        if not found and not depth and (word in ("=", ":=") or word.upper() == "DEFAULT"):
            found = True
        elif found:
            default += word
        else:
            plain += word
    rest, mode, name = plain.strip(), "IN", ""
    if match := _mode().match(rest):
        mode, rest = "".join(match[1].upper().split()), rest[match.end() :].strip()
    if not _type().match(rest):
        match = _name().match(rest)
        if match is None:
            raise ValueError(f"{text.strip()!r} is not an argument; write one as in `amount integer`")
        name, rest = _plain(match[1]), rest[match.end() :]
        if mode == "IN" and (match := _mode().match(rest)):
            mode, rest = "".join(match[1].upper().split()), rest[match.end() :].strip()
        if not _type().match(rest):
            raise ValueError(f"{rest.strip()!r} is not a type")
    return Argument(mode, name, rest.strip(), default.strip())


def _plain(word: str) -> str:
    return word[1:-1].replace('""', '"') if word.startswith('"') else word.lower()


def canonical_type(text: str) -> str:
    """A type as the server prints it without modifiers; one that is not known to every server keeps its name.

    Raises ValueError for what is no type of an argument.
    """
    match = _type().match(text)
    if match is None:
        raise ValueError(f"{text!r} is not a type")
    base, array = match["base"], "[]" if match["array"] else ""
    if base.lower().endswith("%type"):
        raise ValueError(f"{text!r} tells no routines apart; write the type itself")
    parts = [_plain(part) for part in re.findall(_IDENT, base)]
    if '"' in base or "." in base:
        if parts[0] != "pg_catalog" or len(parts) == 1:
            return ('"char"' if parts == ["char"] else dotted(*parts)) + array
        return _known(parts[1]) + array
    word = re.sub(r"\s*\(.*?\)", "", " ".join(base.lower().split()))
    if word in SERIALS:
        raise ValueError(f"{word} is a column's type; an argument is {SERIALS[word]}")
    if word == "float" and match["modifier"]:
        return ("real" if int(match["modifier"].strip("() ")) <= 24 else "double precision") + array
    return ("interval" if word.startswith("interval ") else _known(word)) + array


def _known(word: str) -> str:
    if " " in word:
        return ALIASES.get(word, word)
    return ALIASES.get(word) or ('"any"' if word == "any" else dotted(word) if word not in SYSTEM else word)


def input_types(found: Sequence[Argument]) -> str:
    """How the types of the input arguments stand in an address: `(integer, text)`."""
    return f"({', '.join(canonical_type(a.type) for a in found if a.mode != 'OUT')})"


def of_key(key: str) -> tuple[str, str | None]:
    """The name that a TOML key gives and the text of its arguments, None where it has no parentheses."""
    if key.startswith('"') and (quoted := re.match(r'"((?:[^"]|"")+)"(?:\((.*)\))?\Z', key, re.S)):
        return quoted[1].replace('""', '"'), quoted[2]
    plain = re.match(r"([^(]+)\((.*)\)\Z", key, re.S)
    return (plain[1].strip(), plain[2]) if plain else (key, None)


def key_of(name: str, types: str) -> str:
    """The TOML key of a routine."""
    quoted = '"' + name.replace('"', '""') + '"'
    return (quoted if "(" in name or name.startswith('"') or name != name.strip() else name) + types
