"""Quoting of names and literals the way PostgreSQL's own `quote_ident` and `quote_literal` do."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from faberdb.model import Address
from faberdb_providers.postgres.pattern import pattern

# Every word that pg_get_keywords() of PostgreSQL 18 does not list as unreserved; quote_ident() quotes all of them,
# also on majors where a word is not yet known. A word missing here would make a statement fail on scratch, not live.
KEYWORDS = frozenset(
    """
    all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast
    char character check coalesce collate collation column concurrently constraint create cross current_catalog
    current_date current_role current_schema current_time current_timestamp current_user dec decimal default deferrable
    desc distinct do else end except exists extract false fetch float for foreign freeze from full grant greatest group
    grouping having ilike in initially inner inout int integer intersect interval into is isnull join json json_array
    json_arrayagg json_exists json_object json_objectagg json_query json_scalar json_serialize json_table json_value
    lateral leading least left like limit localtime localtimestamp merge_action national natural nchar none normalize
    not notnull null nullif numeric offset on only or order out outer overlaps overlay placing position precision
    primary real references returning right row select session_user setof similar smallint some substring symmetric
    system_user table tablesample then time timestamp to trailing treat trim true union unique user using values
    varchar variadic verbose when where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest
    xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable
    """.split()
)
# What the server's scanner takes in a name without quotes: letters, digits, _, $ and all that is not ASCII. Said by
# what is left out, because a class up to the last code point takes Python's compiler ten milliseconds.
NAME_START = r"[^\x00-@\[-^`{-\x7f]"
NAME_PART = r"[^\x00-#%-/:-@\[-^`{-\x7f]"
_PLAIN = pattern(r"[a-z_][a-z0-9_]*\Z")
_WORD = pattern(r"[^\W\d]\w*\Z")
_PLAIN_OPTION = pattern(r"-?[0-9]+(\.[0-9]+)?\Z|[a-z_]+\Z")


def ident(name: str) -> str:
    """One identifier, quoted where PostgreSQL would quote it."""
    if _PLAIN.match(name) and name not in KEYWORDS:
        return name
    return '"' + name.replace('"', '""') + '"'


def unquoted(text: str) -> str | None:
    """The name that `text` spells if it is exactly one identifier as `ident` writes it, else None."""
    if _PLAIN.match(text) and text not in KEYWORDS:
        return text
    if len(text) > 2 and text[0] == text[-1] == '"':
        name = text[1:-1].replace('""', '"')
        return name if ident(name) == text else None
    return None


def is_word(text: str) -> bool:
    """Whether it is one word: where columns and expressions may stand side by side, that is the name of a column."""
    return _WORD.match(text) is not None


def column_of(element: str, columns: Collection[str]) -> str | None:
    """What an element is in SQL if it is the name of a column, as it is called or as SQL spells it; else None. columns:
    those that are known. One word is always a name; it folds as in SQL where only that is known."""
    if (
        element.startswith('"')
        and (name := unquoted(element)) is not None
        and (name in columns or element not in columns)
    ):
        return element
    if element in columns or (is_word(element) and element.lower() not in columns):
        return ident(element)
    return element if is_word(element) else None


def misread(wrong: str, elements: Iterable[str]) -> str:
    """What is wrong with one of the elements, with the way out for a column that is called so."""
    called = next((element for element in elements if f"`{element}`" in wrong), "")
    return f"{wrong}; if a column is called so, write it as in SQL: {ident(called)}" if called else wrong


def dotted(*names: str) -> str:
    """A qualified name."""
    return ".".join(map(ident, names))


def qualified(address: Address) -> str:
    """The qualified SQL name of an object whose path is its SQL name: `public.customer`."""
    return dotted(*address.path)


def routine(kind: str, path: Sequence[str]) -> str:
    """How ALTER, DROP and COMMENT ON name a routine.

    Of a procedure the modes are written: without them the server would also look at those that go out.
    """
    *name, types = path
    if kind == "aggregate" and types == "()":
        types = "(*)"
    elif kind == "procedure" and types != "()":
        types = "(" + ", ".join(f"IN {type_}" for type_ in separate(types[1:-1])) + ")"
    return dotted(*name) + types


LONGEST = 63
"""NAMEDATALEN - 1 of PostgreSQL as it is shipped, in bytes: what is longer is cut without a word."""


def clipped(name: str, end: str = "") -> str:
    """The name with an end, short enough for the server: it loses whole characters before that."""
    return name.encode()[: LONGEST - len(end.encode())].decode(errors="ignore") + end


def marked(name: str, end: str) -> str:
    """The name with an end; where it is too long for that, with a digest of all of it, so that two names that begin
    alike do not end alike."""
    if len((name + end).encode()) <= LONGEST:
        return name + end
    return clipped(name, f"_{hashlib.sha256(name.encode()).hexdigest()[:8]}{end}")


def object_name(table: str, columns: str, label: str) -> str:
    """A name as the server's makeObjectName puts it together: at most 63 bytes, the longer part cut first."""
    first, second = table.encode(), columns.encode()
    room = LONGEST - len(label) - 1 - (1 if second else 0)
    one, two = len(first), len(second)
    while one + two > room:
        if one > two:
            one -= 1
        else:
            two -= 1
    parts = [first[:one].decode(errors="ignore"), *([second[:two].decode(errors="ignore")] if second else []), label]
    return "_".join(parts)


def separate(names: str) -> list[str]:
    """The names of a list with commas."""
    return [match.strip() for match in re.findall(r'(?:"(?:[^"]|"")*"|[^,"])+', names)]


def identifiers(names: Iterable[str]) -> str:
    """A comma-separated list of identifiers."""
    return ", ".join(map(ident, names))


def literal(text: str) -> str:
    """A string literal, safe with either setting of standard_conforming_strings."""
    quoted = "'" + text.replace("'", "''") + "'"
    return " E" + quoted.replace("\\", "\\\\") if "\\" in text else quoted


def dollar_quoted(body: str) -> str:
    """A text between dollar quotes that it does not hold itself."""
    tag = "$faberdb$"
    while tag in f"{body}$":
        tag = f"{tag[:-1]}_$"
    return f"{tag} {body} {tag}"


def options(values: Mapping[str, object]) -> str:
    """Storage parameters inside WITH (...) or SET (...), in their own order."""

    def value(item: object) -> str:
        text = str(item).lower() if isinstance(item, bool) else str(item)
        return text if _PLAIN_OPTION.match(text) and text not in KEYWORDS - {"on", "true", "false"} else literal(text)

    return ", ".join(f"{dotted(*key.split('.', 1))}={value(item)}" for key, item in values.items())


def relative(schema: str, path: tuple[str, ...]) -> str:
    """A relation's name as a file of `schema` writes it."""
    return ident(path[1]) if path[0] == schema else dotted(*path)


def resolve(schema: str, text: str) -> Address:
    """The table that `name` or `schema.name` means in a file of `schema`."""
    path = Address.parse("table:" + text).path
    return Address("table", path if len(path) == 2 else (schema, *path))
