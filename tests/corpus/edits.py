"""Random edits of schema files as a developer would make them: each a function that changes parsed TOML in place and
says what it did, or None where there is nothing to do it to. A new sort of edit joins by a line in EDITS."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

Toml = dict[str, Any]
Edit = Callable[[random.Random, Toml], str | None]

LEAVES = ("indexes", "foreign_keys", "checks", "uniques", "exclusions", "triggers", "policies", "rules", "statistics")
TOPS = ("views", "materialized_views", "functions", "procedures", "aggregates", "domains", "enums", "sequences")
TYPES = ("integer", "text", "numeric(12,3)", "timestamptz", "uuid", "jsonb", "text[]", "varchar(40)")
WIDER = {"smallint": "integer", "integer": "bigint", "character varying": "text", "real": "double precision"}


def _tables(data: Toml) -> list[tuple[str, Toml]]:
    return [(n, t) for n, t in data.get("tables", {}).items() if t.get("columns") and not t.get("partition_of")]


def _columns(data: Toml) -> list[tuple[str, Toml, str]]:
    return [(name, table, column) for name, table in _tables(data) for column in table["columns"]]


def _whole(table: Toml, column: str) -> Toml:
    """The column's entry, written out where it was only a type."""
    spec: str | Toml = table["columns"][column]
    whole = {"type": spec} if isinstance(spec, str) else spec
    table["columns"][column] = whole
    return whole


def _entries(data: Toml) -> Iterator[tuple[str, Toml, str]]:
    """(where, section, name) of all that can be taken out or renamed by itself."""
    for section in TOPS:
        for name in data.get(section, {}):
            yield f"{section}.{name}", data[section], name
    for table, spec in data.get("tables", {}).items():
        for section in LEAVES:
            for name in spec.get(section, {}):
                yield f"{table}.{section}.{name}", spec[section], name


def add_column(rng: random.Random, data: Toml) -> str | None:
    if not (tables := _tables(data)):
        return None
    name, table = rng.choice(tables)
    column = f"added_{rng.randrange(1000)}"
    table["columns"][column] = {"type": rng.choice(TYPES), "null": True}
    return f"add column {name}.{column}"


def drop_column(rng: random.Random, data: Toml) -> str | None:
    if not (columns := _columns(data)):
        return None
    name, table, column = rng.choice(columns)
    del table["columns"][column]
    return f"drop column {name}.{column}"


def change_null(rng: random.Random, data: Toml) -> str | None:
    if not (columns := _columns(data)):
        return None
    name, table, column = rng.choice(columns)
    spec = _whole(table, column)
    spec["null"] = not spec.get("null", False)
    return f"null of {name}.{column}"


def widen_column(rng: random.Random, data: Toml) -> str | None:
    found = [(n, t, c) for n, t, c in _columns(data) if _base(_whole(t, c)["type"]) in WIDER]
    if not found:
        return None
    name, table, column = rng.choice(found)
    spec = _whole(table, column)
    spec["type"] = WIDER[_base(spec["type"])]
    return f"type of {name}.{column}"


def _base(type_: str) -> str:
    return type_.split("(", 1)[0].strip()


def change_default(rng: random.Random, data: Toml) -> str | None:
    found = [(n, t, c) for n, t, c in _columns(data) if _base(_whole(t, c)["type"]) in ("text", "integer", "boolean")]
    if not found:
        return None
    name, table, column = rng.choice(found)
    spec = _whole(table, column)
    if spec.pop("default", None) is None and "generated" not in spec and "identity" not in spec:
        spec["default"] = {"text": "'x'", "integer": "7", "boolean": "false"}[_base(spec["type"])]
    return f"default of {name}.{column}"


def drop_table(rng: random.Random, data: Toml) -> str | None:
    if not (tables := _tables(data)):
        return None
    name, _ = rng.choice(tables)
    del data["tables"][name]
    return f"drop table {name}"


def add_table(rng: random.Random, data: Toml) -> str | None:
    name = f"added_{rng.randrange(1000)}"
    data.setdefault("tables", {})[name] = {
        "primary_key": ["id"],
        "columns": {"id": {"type": "bigint", "identity": "always"}, "note": {"type": "text", "null": True}},
    }
    return f"add table {name}"


def add_index(rng: random.Random, data: Toml) -> str | None:
    if not (columns := _columns(data)):
        return None
    name, table, column = rng.choice(columns)
    table.setdefault("indexes", {})[f"added_idx_{rng.randrange(100000)}"] = {"on": [column]}
    return f"add index on {name}.{column}"


def add_check(rng: random.Random, data: Toml) -> str | None:
    if not (columns := _columns(data)):
        return None
    name, table, column = rng.choice(columns)
    quoted = '"' + column.replace('"', '""') + '"'
    table.setdefault("checks", {})[f"added_check_{rng.randrange(100000)}"] = f"{quoted} is null or {quoted} is not null"
    return f"add check on {name}.{column}"


def drop_entry(rng: random.Random, data: Toml) -> str | None:
    if not (entries := list(_entries(data))):
        return None
    where, section, name = rng.choice(entries)
    del section[name]
    return f"drop {where}"


def rename_entry(rng: random.Random, data: Toml) -> str | None:
    found = [e for e in _entries(data) if isinstance(e[1][e[2]], dict) and "(" not in e[2]]
    if not found:
        return None
    where, section, name = rng.choice(found)
    section[f"renamed_{rng.randrange(1000)}"] = {**section.pop(name), "renamed_from": name}
    return f"rename {where}"


def comment_table(rng: random.Random, data: Toml) -> str | None:
    if not (tables := _tables(data)):
        return None
    name, table = rng.choice(tables)
    if table.pop("comment", None) is None:
        table["comment"] = f"It's number {rng.randrange(1000)}"
    return f"comment on {name}"


def add_view(rng: random.Random, data: Toml) -> str | None:
    if not (columns := _columns(data)):
        return None
    table, _, column = rng.choice(columns)
    names = ['"' + n.replace('"', '""') + '"' for n in (column, table)]
    name = f"added_view_{rng.randrange(100000)}"
    data.setdefault("views", {})[name] = f"select {names[0]}, count(*) as n from {names[1]} group by 1"
    return f"add view {name}"


EDITS: tuple[tuple[Edit, int], ...] = (
    (add_column, 4),
    (drop_column, 4),
    (change_null, 3),
    (widen_column, 3),
    (change_default, 3),
    (drop_table, 1),
    (add_table, 1),
    (add_index, 2),
    (add_check, 1),
    (drop_entry, 6),
    (rename_entry, 2),
    (comment_table, 2),
    (add_view, 2),
)


def edit(rng: random.Random, data: Toml) -> str | None:
    """One random edit."""
    functions, weights = zip(*EDITS, strict=True)
    chosen: Edit = rng.choices(functions, weights)[0]
    return chosen(rng, data)
