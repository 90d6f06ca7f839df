"""Names of types as PostgreSQL's format_type() prints them, from what people write.

Only spellings are dealt with here, for the addresses of objects that are told apart by the types they are for; what a
type is, and whether there is one, the server says.
"""

from __future__ import annotations

from faberdb_providers.postgres.names import KEYWORDS, NAME_PART, ident
from faberdb_providers.postgres.pattern import pattern

_ALIASES = {
    "int": "integer",
    "int4": "integer",
    "int2": "smallint",
    "int8": "bigint",
    "bool": "boolean",
    "float4": "real",
    "float8": "double precision",
    "float": "double precision",
    "decimal": "numeric",
    "dec": "numeric",
    "varchar": "character varying",
    "char varying": "character varying",
    "nchar varying": "character varying",
    "national char varying": "character varying",
    "national character varying": "character varying",
    "char": "character",
    "nchar": "character",
    "bpchar": "character",
    "national char": "character",
    "national character": "character",
    "varbit": "bit varying",
    "timestamptz": "timestamp with time zone",
    "timetz": "time with time zone",
    "timestamp": "timestamp without time zone",
    "time": "time without time zone",
}
_SPELLED = {*_ALIASES.values(), "bit", "interval"}
"""What the grammar has words for, so that format_type() prints these and no name."""

# The rest of the types in pg_catalog of PostgreSQL 18; what begins with pg_ is taken to be there too.
_BUILT_IN = frozenset(
    """
    aclitem any anyarray anycompatible anycompatiblearray anycompatiblemultirange anycompatiblenonarray
    anycompatiblerange anyelement anyenum anymultirange anynonarray anyrange box bytea cid cidr circle cstring date
    datemultirange daterange event_trigger fdw_handler gtsvector index_am_handler inet int2vector int4multirange
    int4range int8multirange int8range internal json jsonb jsonpath language_handler line lseg macaddr macaddr8 money
    name nummultirange numrange oid oidvector path point polygon record refcursor regclass regcollation regconfig
    regdictionary regnamespace regoper regoperator regproc regprocedure regrole regtype table_am_handler text tid
    trigger tsm_handler tsmultirange tsquery tsrange tstzmultirange tstzrange tsvector txid_snapshot unknown uuid void
    xid xid8 xml
    """.split()
)
_TOKEN = pattern(rf'\s*("(?:[^"]|"")+"|{NAME_PART}+|\([^()]*\)|\[\s*\d*\s*\]|\.)')
_FIELDS = pattern(r"(interval)((?: (?:year|month|day|hour|minute|second|to))+)\Z")


def canonical_type(text: str, *, modifiers: bool = True, schema: str = "") -> str:
    """The type as format_type() names it: `int[3]` is `integer[]`, `varchar(10)` is `character varying(10)`.

    modifiers: whether what stands in parentheses is kept. schema: where a name that is neither qualified nor built in
    is taken to be. What is not understood comes back as it was.
    """
    tokens = _tokens(text)
    if tokens is None:
        return text.strip()
    name, modifier, zone, array = _parts(tokens)
    if not name:
        return text.strip()
    base = _base(name, schema)
    if base == "double precision" and name == ["float"] and modifier.strip("() ").isdigit():
        base, modifier = ("real" if int(modifier.strip("() ")) <= 24 else base), ""
    if zone:
        base = f"{base.split()[0]} {zone}"
    return _with_modifier(base, modifier if modifiers else "") + ("[]" if array else "")


def _tokens(text: str) -> list[str] | None:
    found, position, text = [], 0, text.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            return None
        found.append(match[1])
        position = match.end()
    return found


def _parts(tokens: list[str]) -> tuple[list[str], str, str, bool]:
    """(words and dots of the name, modifier, `with time zone` or the like, whether it is an array)"""
    name: list[str] = []
    rest: list[str] = []
    modifier, array = "", False
    for word in tokens:
        if word.startswith("["):
            array = True
        elif word.startswith("("):
            modifier = "(" + ",".join(part.strip() for part in word[1:-1].split(",")) + ")"
        elif word.startswith('"') or word == ".":
            name.append(word)
        elif word.lower() == "array" and name:
            array = True
        elif word.lower() in ("with", "without", "zone") or (word.lower() == "time" and rest):
            rest.append(word.lower())
        else:
            name.append(word.lower())
    return name, modifier, " ".join(rest), array


def _base(name: list[str], schema: str) -> str:
    if name[:2] == ["pg_catalog", "."] and len(name) == 3:
        # Behind its schema, char is the name of a type and no longer a word of the grammar.
        name = name[2:] if name[2] != "char" else ['"char"']
    if "." in name:
        return "".join(part if part == "." else ident(_plain(part)) for part in name)
    words = " ".join(name)
    if words in _ALIASES or words in _SPELLED or _FIELDS.match(words):
        return _ALIASES.get(words, words)
    bare = _plain(words)
    if words == '"char"' or bare in _BUILT_IN or bare.startswith("pg_") or len(name) > 1:
        return words if words == '"char"' or len(name) > 1 else _shown(bare)
    if words.startswith('"') and bare in _ALIASES and bare not in KEYWORDS:
        return _ALIASES[bare]  # the quotes are around the type's own name: "int4"
    return f"{ident(schema)}.{ident(bare)}" if schema else ident(bare)


def _shown(name: str) -> str:
    return f'"{name}"' if name == "any" else ident(name)


def _plain(part: str) -> str:
    return part[1:-1].replace('""', '"') if part.startswith('"') else part


def _with_modifier(base: str, modifier: str) -> str:
    """format_type() writes a precision in front of WITH TIME ZONE and behind everything else."""
    first, _, rest = base.partition(" ")
    if modifier and first in ("timestamp", "time") and rest:
        return f"{first}{modifier} {rest}"
    return base + modifier


def split_list(text: str) -> list[str]:
    """The parts of a list that commas divide, none of them inside parentheses, brackets or quotes."""
    parts, depth, quoted, start = [], 0, False, 0
    for position, letter in enumerate(text):
        if letter == '"':
            quoted = not quoted
        elif not quoted and letter in "([":
            depth += 1
        elif not quoted and letter in ")]":
            depth -= 1
        elif letter == "," and not quoted and not depth:
            parts.append(text[start:position].strip())
            start = position + 1
    rest = text[start:].strip()
    return [*parts, rest] if rest or parts else []
