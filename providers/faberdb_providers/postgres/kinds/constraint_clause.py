"""A constraint as CREATE TABLE and ALTER TABLE write it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from faberdb.model import Object
from faberdb_providers.postgres.names import dotted, ident, identifiers, options, resolve


def definition(obj: Object) -> str:
    """What follows CONSTRAINT NAME in CREATE TABLE and ALTER TABLE."""
    a, kind = obj.attributes, obj.address.kind
    if kind == "check":
        text = f"CHECK ({a['expression']})" + (" NO INHERIT" if a.get("no_inherit") else "")
    elif kind == "foreign_key":
        text = _foreign_key(obj)
    elif kind == "exclusion":
        text = f"EXCLUDE USING {ident(a['using'])} ({', '.join(a['elements'])})" + _index_part(a)
        if a.get("where"):
            text += f" WHERE ({a['where']})"
    else:
        columns = identifiers(a["columns"]) + (" WITHOUT OVERLAPS" if a.get("without_overlaps") else "")
        words = "PRIMARY KEY" if kind == "primary_key" else "UNIQUE"
        distinct = " NULLS NOT DISTINCT" if a.get("nulls_not_distinct") else ""
        text = f"{words}{distinct} ({columns})" + _index_part(a)
    if a.get("deferrable"):
        text += " DEFERRABLE" + (" INITIALLY DEFERRED" if a.get("initially_deferred") else "")
    if a.get("not_enforced"):
        text += " NOT ENFORCED"
    return text + (" NOT VALID" if a.get("not_valid") else "")


def using_index(obj: Object, index: str) -> str:
    """The same of a key that takes an index over, which then bears its name."""
    words = "PRIMARY KEY" if obj.address.kind == "primary_key" else "UNIQUE"
    text = f"{words} USING INDEX {ident(index)}"
    if obj.attributes.get("deferrable"):
        text += " DEFERRABLE" + (" INITIALLY DEFERRED" if obj.attributes.get("initially_deferred") else "")
    return text


def _index_part(a: Mapping[str, Any]) -> str:
    text = f" INCLUDE ({identifiers(a['include'])})" if a.get("include") else ""
    if a.get("options"):
        text += f" WITH ({options(a['options'])})"
    return text + (f" USING INDEX TABLESPACE {ident(a['tablespace'])}" if a.get("tablespace") else "")


def _foreign_key(obj: Object) -> str:
    a = obj.attributes
    columns, there = list(a["columns"]), list(a["references"].get("columns") or ())
    target = resolve(obj.address.path[0], a["references"]["table"])
    here_sql, there_sql = identifiers(columns), identifiers(there)
    if a.get("period"):
        here_sql = ", ".join([*map(ident, columns[:-1]), f"PERIOD {ident(columns[-1])}"])
        there_sql = ", ".join([*map(ident, there[:-1]), f"PERIOD {ident(there[-1])}"]) if there else ""
    text = f"FOREIGN KEY ({here_sql}) REFERENCES {dotted(*target.path)}" + (f" ({there_sql})" if there else "")
    if a.get("match"):
        text += " MATCH FULL"
    if a.get("on_update"):
        text += f" ON UPDATE {a['on_update'].upper()}"
    if a.get("on_delete"):
        text += f" ON DELETE {a['on_delete'].upper()}"
        if a.get("set_columns"):
            text += f" ({identifiers(a['set_columns'])})"
    return text
