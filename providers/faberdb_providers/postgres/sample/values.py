"""Values of every type for rows that are made up: plain ones, both ends of what a type holds, odd ones. The same every
time, so that plans are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from faberdb_providers.postgres.names import ident, literal
from faberdb_providers.postgres.pattern import pattern

PLAIN, LOW, HIGH, ODD = range(4)
"""Sorts of values. Plain ones are apart from each other by the number of their row, and so that casts between types
that have anything in common take them."""

_TEXTS = ("'{n}'", "''", "repeat('x', 300)", r"""U&'Gr\00F6\00DFe {n} \2603 "q"'""")
_NUMBERS = ("{n}", "-1000", "1000", "0")
_OF_TYPES: Mapping[str, Sequence[str]] = {
    "int2": ("{n}", "-32768", "32767", "0"),
    "int4": ("{n}", "-2147483648", "2147483647", "0"),
    "int8": ("{n}", "-9223372036854775808", "9223372036854775807", "0"),
    "float4": ("{n}", "-1.5e30", "1.5e30", "0.5"),
    "float8": ("{n}", "-1.5e300", "1.5e300", "0.1"),
    "money": ("{n}", "-1000.01", "1000.01", "0"),
    "oid": ("{n}", "0", "4294967295", "{n}"),
    "bool": ("{n} % 2 = 1", "false", "true", "false"),
    "name": _TEXTS,
    "char": ("'{n}'", "'a'", "'z'", "' '"),
    "bytea": (r"'\x0{n}'", "''", r"'\xff00ff'", r"'\x5c27'"),
    "date": ("'2024-01-{d}'", "'0044-03-15 BC'", "'infinity'", "'2024-02-29'"),
    "timestamp": ("'2024-01-{d} 10:00'", "'0044-03-15 12:00 BC'", "'infinity'", "'2024-02-29 23:59:59.999999'"),
    "timestamptz": ("'2024-01-{d} 10:00+00'", "'0044-03-15 12:00+00 BC'", "'infinity'", "'2024-03-31 02:30:00.1+02'"),
    "time": ("'{d}:30'", "'00:00'", "'24:00'", "'12:34:56.789012'"),
    "timetz": ("'{d}:30+00'", "'00:00-12'", "'24:00+12'", "'12:34:56.789012+05:30'"),
    "interval": ("'{n} days'", "'-100 years'", "'100 years 3 days'", "'0.000001 seconds'"),
    "uuid": (
        "'00000000-0000-4000-8000-0000000000{d}'",
        "'00000000-0000-0000-0000-000000000000'",
        "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
        "'0a0b0c0d-0e0f-4a0b-8c0d-0e0f0a0b0c{d}'",
    ),
    "json": ("'{n}'", "'{}'", "'[1, null, \"{n}\"]'", r"""'{"a":  "\" \u2603", "a": {n}}'"""),
    "jsonb": ("'{n}'", "'{}'", "'[1, null, \"{n}\"]'", r"""'{"a": {"b": -0.50}, "n": {n}}'"""),
    "xml": ("'<a>{n}</a>'", "'<a/>'", "'<a b=\"{n}\">c</a>'", "'{n}'"),
    "bit": ("'1'", "'0'", "'11'", "'01'"),
    "varbit": ("{n}::bit(8)::text", "''", "'1'", "'01'"),
    "inet": ("'10.0.0.{n}'", "'0.0.0.0/0'", "'ffff:ffff::1/64'", "'10.0.0.{n}/24'"),
    "cidr": ("'10.0.{n}.0/24'", "'0.0.0.0/0'", "'2001:db8::/32'", "'10.1.{n}.0/24'"),
    "macaddr": ("'08:00:2b:01:02:{d}'", "'00:00:00:00:00:00'", "'ff:ff:ff:ff:ff:ff'", "'08:00:2b:01:03:{d}'"),
    "macaddr8": ("'8:0:2b:1:2:3:4:{d}'", "'0:0:0:0:0:0:0:0'", "'ff:ff:ff:ff:ff:ff:ff:ff'", "'8:0:2b:1:2:3:5:{d}'"),
    "point": ("'({n},{n})'", "'(-1e10,-1)'", "'(1e10,1)'", "'(0.1,{n})'"),
    "line": ("'{1,-1,{n}}'", "'{0,-1,0}'", "'{-1,0,3}'", "'{2,1,{n}}'"),
    "lseg": ("'(0,0),({n},1)'", "'(0,0),(0,0)'", "'(-9,-9),(9,9)'", "'(1,1),({n},2)'"),
    "box": ("'({n}00,0),({n}01,1)'", "'(0,0),(0,0)'", "'(-9,-9),(-8,-8)'", "'({n}10,0),({n}11,1)'"),
    "path": ("'[(0,0),({n},1)]'", "'[(0,0)]'", "'((0,0),(9,9),(9,0))'", "'[(1,1),({n},2)]'"),
    "polygon": ("'((0,0),({n},1),(1,{n}))'", "'((0,0))'", "'((0,0),(9,9),(9,0))'", "'((1,1),({n},2),(2,0))'"),
    "circle": ("'<({n}00,0),1>'", "'<(0,0),0>'", "'<(0,0),9>'", "'<({n}50,0),1>'"),
    "tsvector": ("'a{n}'", "''", "'a:1A b:2'", "'it''s'"),
    "tsquery": ("'a{n}'", "''", "'a & !b'", "'a <-> b'"),
    "pg_lsn": ("'0/{n}'", "'0/0'", "'FFFFFFFF/FFFFFFFF'", "'16/B374D848'"),
}
"""By the type's name: SQL for a value of each sort. {n} is the number of the row, {d} the same with two digits."""
_VECTOR = tuple(f"array_fill({value}::real, array[{{size}}])" for value in ("{n}", "-1000", "1000", "0.5"))
_OF_EXTENSIONS: Mapping[str, Sequence[str]] = {
    "vector": _VECTOR,
    "halfvec": _VECTOR,
    "sparsevec": ("'{1:{n}}/{size}'", "'{1:-1000}/{size}'", "'{1:1000}/{size}'", "'{}/{size}'"),
    "hstore": ("'a=>{n}'", "''", "'a=>1, b=>NULL'", '\'"a b"=>"{n}"\''),
    "ltree": ("'a{n}'", "''", "'z.z.z'", "'a.b.{n}'"),
}
"""The same of types that extensions have under these names. {size}: what stands in parentheses behind the type."""
_SIZE = pattern(r"\((\d+)\)$")


class Type(NamedTuple):
    """A type as the catalogue has it. own: made by a user. sort, category: as pg_type has them. inner: the type below a
    domain, of an array's elements, or that a range is over, as `printed`. parts: names and types of attributes."""

    name: str
    own: bool
    sort: str
    category: str
    printed: str
    inner: int
    inner_printed: str
    labels: Sequence[str]
    parts: Sequence[tuple[str, int, str]]
    checks: Sequence[str]


TYPES = """
with recursive used(oid) as (
    select distinct a.atttypid from pg_attribute a
     where a.attnum > 0 and not a.attisdropped and a.attrelid in ({tables})
    union
    select r.oid from used u join pg_type t on t.oid = u.oid cross join lateral (
        select t.typbasetype union select t.typelem where t.typcategory = 'A'
        union select g.rngsubtype from pg_range g where g.rngtypid = t.oid
        union select a.atttypid from pg_attribute a
               where t.typtype = 'c' and a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped) r(oid)
     where r.oid <> 0)
select t.oid::bigint, t.typname, t.oid >= 16384, t.typtype::text, t.typcategory::text, format_type(t.oid, null),
       i.oid::bigint, format_type(i.oid, case when t.typtype = 'd' then t.typtypmod end),
       array(select e.enumlabel::text from pg_enum e where e.enumtypid = t.oid order by e.enumsortorder),
       coalesce((select jsonb_agg(jsonb_build_array(a.attname, a.atttypid::bigint, format_type(a.atttypid, a.atttypmod))
                     order by a.attnum)
                   from pg_attribute a where t.typtype = 'c' and a.attrelid = t.typrelid and a.attnum > 0
                    and not a.attisdropped), '[]'),
       array(select pg_get_constraintdef(c.oid) from pg_constraint c where c.contypid = t.oid order by c.conname)
  from used u join pg_type t on t.oid = u.oid
 cross join lateral (select case when t.typtype = 'd' then t.typbasetype when t.typcategory = 'A' then t.typelem
       else coalesce((select g.rngsubtype from pg_range g where g.rngtypid = t.oid), 0) end) i(oid)
"""
"""Of all types that columns of some tables are of, and of what these are made of."""


class Types:
    """What the columns of some tables are of."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self._types = {oid: Type(*rest) for oid, *rest in rows}

    def value(self, oid: int, printed: str, sort: int, number: int) -> str | None:
        """SQL for a value of a type, which is written as `printed`; None where nothing is known of such values."""
        type_ = self._types[oid]
        text = self._unwritten(type_, printed, sort, number)
        return None if text is None else f"({text})::{printed}"

    def _unwritten(self, type_: Type, printed: str, sort: int, number: int) -> str | None:
        match type_.sort:
            case "d":
                return self.value(type_.inner, type_.inner_printed, sort, number)
            case "e":
                labels = type_.labels
                return literal(labels[(number - 1) % len(labels)]).strip() if labels else None
            case "c":
                parts = [self.value(part, name, sort, number) for _, part, name in type_.parts]
                return f"row({', '.join(part or 'null' for part in parts)})"
            case "r":
                return self._range(type_, sort, number)
            case "m":
                return "'{}'"
        if type_.category == "A":
            return self._array(type_, sort, number)
        return _of_name(type_, printed, sort, number)

    def _array(self, type_: Type, sort: int, number: int) -> str | None:
        element = self.value(type_.inner, type_.inner_printed, sort, number)
        if element is None or sort == LOW:
            return "'{}'"
        return f"array[{element}, null]" if sort == ODD else f"array[{element}]"

    def _range(self, type_: Type, sort: int, number: int) -> str | None:
        """Of a type of a user's the values are not kept apart inside of a range, and no rollback gives them back."""
        start = self.value(type_.inner, type_.inner_printed, PLAIN, number)
        if start is None or self._types[type_.inner].own:
            return None
        bounds = {LOW: "null, null", HIGH: f"null, {start}"}.get(sort, f"{start}, {start}")
        return "'empty'" if sort == ODD else f"{type_.printed}({bounds}, '[]')"

    def nature(self, oid: int, printed: str) -> str:
        """What values of a type are: the same text for types whose values, if they are the same, print the same."""
        type_ = self._types[oid]
        within = [type_.sort, *type_.labels]
        if type_.inner:
            within.append(self.nature(type_.inner, type_.inner_printed))
        within += sorted(f"{name} {self.nature(part, shown)}" for name, part, shown in type_.parts)
        return f"{oid if type_.own and type_.sort == 'b' and not type_.inner else printed} ({', '.join(within)})"

    def checks(self, oid: int) -> list[str]:
        """The conditions of a domain, and of those below it."""
        type_ = self._types[oid]
        return [*type_.checks, *(self.checks(type_.inner) if type_.sort == "d" else ())]

    def of_rows(self, oid: int) -> bool:
        """Whether values of a type are rows, or hold such."""
        type_ = self._types[oid]
        return type_.sort == "c" or (type_.sort in "db" and type_.inner != 0 and self.of_rows(type_.inner))

    def guessed(self, oid: int) -> bool:
        """Whether values of a type, or inside of them, are of an extension's, of which it is a guess what it takes."""
        type_ = self._types[oid]
        if type_.inner or type_.parts:
            return any(map(self.guessed, (*(part for _, part, _ in type_.parts), *filter(None, (type_.inner,)))))
        return type_.own and type_.sort == "b"

    def category(self, oid: int) -> str:
        """What a type is like, as the server sorts them."""
        return self._types[oid].category

    def several(self, oid: int) -> int:
        """How many values of a type there are to be shown, if it is one that lists them."""
        type_ = self._types[oid]
        return self.several(type_.inner) if type_.inner and type_.sort in "db" else len(type_.labels)


_PRECISE = pattern(r"numeric\((\d+),(-?\d+)\)")


def _of_name(type_: Type, printed: str, sort: int, number: int) -> str | None:
    if type_.name.startswith("reg") and not type_.own:
        return "'-'"
    if type_.name == "numeric" and not type_.own:
        found = _numbers(printed)
    elif type_.own:
        # Of an extension's type its name, or else its category, tells what it is like.
        found = _OF_EXTENSIONS.get(type_.name) or {"S": _TEXTS, "N": _NUMBERS}.get(type_.category, ("'{n}'",) * 4)
        size = _SIZE.search(printed)
        found = [text.replace("{size}", size[1] if size else "3") for text in found]
    else:
        found = _OF_TYPES.get(type_.name, _TEXTS if type_.category == "S" else ())
    return found[sort].replace("{n}", str(number)).replace("{d}", f"{number:02}") if found else None


def _numbers(printed: str) -> Sequence[str]:
    """Of numeric with or without a precision."""
    match = _PRECISE.fullmatch(printed)
    if match is None:
        return "{n}", "-123456789012345678901234567890.12345", "99999999999999999999", "0.5"
    precision, scale = int(match[1]), int(match[2])
    if not 0 <= scale <= precision:
        return "{n}", "0", "{n}", "0"
    most = "9" * (precision - scale) + ("." + "9" * scale if scale else "")
    return "{n}", f"-{most}", most.rjust(1, "0"), f"0.{'5' * scale}" if scale else "0"


_TEXT_IN = pattern(r"'((?:[^']|'')*)'")
_NUMBER_IN = pattern(r"(?<![\w.'\"])-?\d+(?:\.\d+)?(?![\w.'\"])")


def values_in(conditions: Iterable[str], printed: str, category: str) -> list[str]:
    """SQL for values that conditions name for a type of a category, one of which may well be what they ask for: of
    texts also what fits them as a pattern, of numbers the next ones."""
    found: dict[str, None] = {}
    for condition in conditions:
        if category == "B":
            found |= {"true": None, "false": None}
        elif category == "N":
            numbers = _NUMBER_IN.findall(condition.replace("'", " "))
            found |= {f"({number}{step})": None for number in numbers for step in ("", " + 1", " - 1")}
        else:
            texts = [text.replace("''", "'") for text in _TEXT_IN.findall(condition)]
            fitting = [t for text in texts for t in (text, text.replace("%", "a").replace("_", "a"))]
            found |= {literal(text).strip(): None for text in fitting}
    return [f"{value}::{printed}" for value in found]


def about(column: str, conditions: Iterable[str]) -> list[str]:
    """Those of the conditions that name a column."""
    name = re.compile(rf"(?<![\w$\"]){re.escape(ident(column))}(?![\w$\"])")
    return [condition for condition in conditions if name.search(_TEXT_IN.sub("", condition))]
