"""Random columns: their types by family, so that expressions over them stay valid when a type changes within it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

from tests.database.random_model import Item, Model, mark, quoted
from tests.database.random_names import names

T = TypeVar("T")
TYPES = {
    "int": ["integer", "bigint", "smallint"],
    "number": ["numeric(10,2)", "numeric", "numeric(18,4)", "double precision"],
    "text": ["text", "varchar(40)", "varchar(200)", "character varying"],
    "flag": ["boolean"],
    "time": ["timestamptz", "timestamp", "date", "timestamptz(3)"],
    "json": ["jsonb"],
    "uuid": ["uuid"],
    "list": ["text[]", "integer[]", "varchar(20)[]"],
    "range": ["int4range"],
    "circle": ["circle"],
    "box": ["box"],
    "bytes": ["bytea"],
    "span": ["interval"],
}
DEFAULTS = {
    "int": ["0", "42", "(1 + 1)", "-1"],
    "number": ["0", "1.50", "-2"],
    "text": ["''", "'new'", "upper('draft')", "'it''s'", "'back\\slash'", "current_user"],
    "flag": ["true", "false"],
    "time": ["now()", "'2024-02-29'", "current_timestamp"],
    "json": ["'{}'", "jsonb_build_object('a', 1)"],
    "uuid": ["gen_random_uuid()"],
    "list": ["'{}'"],
    "range": ["'[1,5)'"],
    "span": ["'1 day'"],
}
# BETWEEN beside AND is left out: what PostgreSQL prints of it prints differently once it is read again, so a migration,
# which goes by the print, and a direct build of the text differ in their dumps and in nothing else.
TRUTHS = {
    "int": ["{} > 0", "{} <= 100", "{} <> 7 or {} is null", "({} % 2) < 5"],
    "number": ["{} >= 0", "{} < 1000.5"],
    "text": ["{} <> ''", "length({}) < 100", "{} like 'a%'", "lower({}) = lower({})"],
    "flag": ["{}", "{} is not true or {}"],
    "time": ["{} > '2020-01-01'"],
    "json": ["jsonb_typeof({}) = 'object'"],
    "list": ["cardinality({}) < 10"],
}
VALUES = {"int": ["{} + 1", "abs({})"], "text": ["lower({})", "{} || '!'", "coalesce({}, 'none')"], "flag": ["not {}"]}
CALLED = {"int": ["1"], "text": ["'a'"]}
NAMED = {"enum": "enum", "composite": "composite_type", "base": "base_type"}
"""Families that only types of the user's are of, by their kinds."""
STORAGE = ("storage", "compression", "statistics", "options", "collation")
KEYABLE = ("int", "text", "uuid", "time", "number", "enum")
SORTABLE = (*KEYABLE, "flag", "json", "list", "span", "bytes")


class Draw:
    """Draws by small choices, so that a failing example shrinks to a small one."""

    def __init__(self, draw: st.DrawFn, major: int) -> None:
        self.draw, self.major = draw, major
        self.reserved: set[str] = set()
        self.model = Model()

    def pick(self, choices: Sequence[T]) -> T:
        return self.draw(st.sampled_from(choices))

    def number(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def one_in(self, count: int) -> bool:
        return self.draw(st.integers(1, count)) == count

    def some(self, choices: Sequence[T], low: int, high: int) -> list[T]:
        """Different ones, in any order."""
        rest, found = list(choices), []
        for _ in range(min(self.number(low, high), len(rest))):
            found.append(rest.pop(self.number(0, len(rest) - 1)))
        return found

    def name(self, model: Model, parent: int, kind: str) -> str:
        """A name that nothing it could collide with has: columns share a table's names, all else the database's."""
        if kind in ("column", "output"):
            taken = {i.name for i in model.items.values() if i.parent in _related(model, parent)} | self.reserved
        else:
            taken = {i.name for i in model.items.values()} | self.reserved
        return self.draw(names(taken))


def _related(model: Model, table: int) -> set[int]:
    """Tables that share columns with one, by inheritance."""
    found = {table}
    for child in model.of("table"):
        if "inherits" in child.spec and found & (above := child.uses() - {child.parent} | {child.id}):
            found |= above
    return found


def or_array(d: Draw, type_: Item, one_in: int) -> str:
    """A type of the user's, now and then an array of it; never one of a domain over arrays, which the server
    does not read from JSON: it cannot be made anew by the names of attributes."""
    array = not str(type_.spec.get("type", "")).endswith("[]") and d.one_in(one_in)
    return mark(type_) + ("[]" if array else "")


def truth(d: Draw, column: Item, prefix: str = "", *, own: bool = True) -> str:
    """A condition on a column; own: functions of the user's may be called in it."""
    return condition(d, column.family, prefix + mark(column), own=own)


def condition(d: Draw, family: str, subject: str, *, own: bool = True) -> str:
    """A condition on a value of a family."""
    calls = [f"{mark(f)}({{}}) is not null" for f in (pure(d, family) if own else ())]
    text: str = d.pick([*TRUTHS.get(family, ()), "{} is not null", *calls])
    return text.replace("{}", subject)


def value(d: Draw, column: Item, prefix: str = "", *, own: bool = True) -> str:
    """An immutable expression over a column, of the same family."""
    calls = [f"{mark(f)}({{}})" for f in (pure(d, column.family) if own else ())]
    return d.pick([*VALUES[column.family], *calls]).replace("{}", prefix + mark(column))


def pure(d: Draw, family: str) -> list[Item]:
    """Immutable functions from a family to itself."""
    return [f for f in d.model.of("function") if f.family == family and f.spec.get("volatility") == "immutable"]


def plain(item: Item) -> bool:
    """A column that holds what is written to it."""
    return "generated" not in item.spec


def make_column(d: Draw, model: Model) -> Item | None:
    tables = model.tables()
    return add_column(d, model, d.pick(tables)) if tables else None


def add_column(d: Draw, model: Model, table: Item, family: str = "") -> Item:
    """A column of a table; of the family where one is given."""
    # `int` and `text` come first, where shrinking leads, and more often, because much can be done with them.
    asked, family = bool(family), family or d.pick(["int", "text", "int", "text", *TYPES, *_user_families(model)])
    spec: dict[str, Any] = {}
    own = [t for t in model.of("domain", "range_type") if t.family == family]
    if family in NAMED:
        type_ = d.pick([*model.of(NAMED[family]), *(t for t in own if t.family == family)])
        spec["type"] = or_array(d, type_, 6)
    elif own and d.one_in(2):
        spec["type"] = mark(d.pick(own)) + ("[]" if not asked and d.one_in(8) else "")
    else:
        spec["type"] = d.pick(TYPES[family])
    name = d.name(model, table.id, "column")
    extra = d.number(0, 9)
    bases = [c for c in model.of("column", parent=table.id) if plain(c) and c.family in VALUES]
    if extra == 9 and bases and family not in (*NAMED, "range", "circle", "box"):
        return _generated(d, model, table, name, d.pick(bases))
    if extra == 8 and family == "int" and spec["type"] in TYPES["int"]:
        spec["identity"] = _identity(d)
    else:
        if d.one_in(3):
            spec["null"] = True
        if d.one_in(3):
            spec["default"] = _default(d, model, family, spec, table)
    _storage(d, family, spec)
    spec = {k: v for k, v in spec.items() if v is not None}
    family = "" if spec["type"].endswith("⟧[]") or family in ("composite", "base") else family
    return model.add("column", name, table.id, spec, family=family)


def _user_families(model: Model) -> list[str]:
    """Families that only types of the user's are of, and again those that some are of."""
    named = [family for family, kind in NAMED.items() if model.of(kind)]
    return named + [t.family for t in model.of("domain", "range_type")]


def _generated(d: Draw, model: Model, table: Item, name: str, base: Item) -> Item:
    virtual = d.major >= 18 and d.one_in(2)
    types = {"int": "bigint", "text": "text", "flag": "boolean"}
    spec = {"type": types[base.family], "null": True, "generated": value(d, base, own=not virtual)}
    if virtual:
        # Nothing but a view may be built on it.
        return model.add("column", name, table.id, {**spec, "virtual": True})
    return model.add("column", name, table.id, spec, family=base.family)


def _identity(d: Draw) -> dict[str, Any]:
    spec: dict[str, Any] = {"generated": d.pick(["always", "by default"])}
    if d.one_in(2):
        spec |= d.pick([{"start": 100}, {"increment": 5}, {"cache": 20}, {"cycle": True, "max": 9000}, {"min": 10}])
    if d.one_in(4):
        spec["comment"] = d.pick(["Counts.", "Counts on."])
    if d.major >= 15 and d.one_in(6):
        spec["persistence"] = d.pick(["logged", "unlogged"])
    return spec


def _default(d: Draw, model: Model, family: str, spec: dict[str, Any], table: Item) -> str | None:
    sequences = model.of("sequence")
    if spec["type"].endswith("⟧[]"):
        return "'{}'"
    calls = [f"{mark(f)}({given})" for f in pure(d, family) for given in CALLED.get(family, ())]
    if calls and d.one_in(3):
        return d.pick(calls)
    if family == "int" and sequences and d.one_in(2):
        return f"nextval('{quoted(d.pick(sequences))}')"
    if family == "range" and spec["type"] not in TYPES["range"]:
        return "'empty'"
    if family == "enum":
        enum = next(e for e in model.of("enum") if mark(e) in spec["type"])
        return "'" + str(enum.spec["values"][0]).replace("'", "''") + "'"
    return d.pick(DEFAULTS[family]) if family in DEFAULTS else None


def _storage(d: Draw, family: str, spec: dict[str, Any]) -> None:
    if not d.one_in(6):
        return
    if family == "text":
        own = [{"collation": mark(c)} for c in d.model.of("collation")]
        usual = [{"collation": '"C"'}, {"storage": "external"}, {"compression": "pglz"}, {"storage": "main"}]
        spec |= d.pick([*usual, *own])
    else:
        spec |= d.pick([{"statistics": 200}, {"options": {"n_distinct": -0.5}}])


def change_column(d: Draw, model: Model, item: Item) -> None:
    if not plain(item):
        bases = [c for c in model.of("column", parent=item.parent) if plain(c) and c.family == item.family]
        if bases and item.family in VALUES:
            model.respec(item, generated=value(d, d.pick(bases), own="virtual" not in item.spec))
        return
    what = d.pick(["type", "null", "default", "storage", "identity", "type"])
    far = model.items[item.parent].kind == "foreign_table"
    if far and what in ("storage", "identity"):
        return
    if what == "type" and not _parts_by(model, item):
        _change_type(d, model, item)
    elif what == "null" and "identity" not in item.spec and not _in_primary_key(model, item):
        model.respec(item, null=None if item.spec.get("null") else True)
    elif what == "default" and "identity" not in item.spec:
        table = model.items[item.parent]
        spec = dict(item.spec)
        model.respec(item, default=None if d.one_in(3) else _default(d, model, item.family, spec, table))
    elif what == "storage":
        spec = {}
        _storage(d, item.family, spec)
        model.respec(item, **{**dict.fromkeys(STORAGE), **spec})
    elif what == "identity" and item.family == "int" and "⟧" not in item.spec["type"]:
        if "identity" in item.spec and d.one_in(2):
            model.respec(item, identity=None)
        else:
            model.respec(item, identity=_identity(d), null=None, default=None)


def _change_type(d: Draw, model: Model, item: Item) -> None:
    """Within the family, where others are built on the column; to any type where none is."""
    own = [] if "identity" in item.spec else [mark(t) for t in model.of("domain") if t.family == item.family]
    if item.family in TYPES and (model.users(item) or d.one_in(2)):
        other = d.pick([*TYPES[item.family], *own])
        if not (item.family == "number" and model.users(item)):
            model.respec(item, type=other)
    elif not model.users(item) and "identity" not in item.spec:
        family = d.pick(["text", "int", "number", "time", "flag"])
        keep = {k: v for k, v in item.spec.items() if k in ("null", "comment")}
        model.change(item, spec={**keep, "type": d.pick(TYPES[family])}, family=family)


def _in_primary_key(model: Model, item: Item) -> bool:
    return any(user.kind == "primary_key" for user in model.users(item))


def _parts_by(model: Model, item: Item) -> bool:
    """Whether its table is partitioned by it."""
    return mark(item) in str(model.items[item.parent].spec.get("partition_by", ""))
