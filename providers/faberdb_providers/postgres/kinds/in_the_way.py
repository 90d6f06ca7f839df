"""Queries that name the rows a statement fails on, by their keys. They are asked after it failed and was undone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from faberdb.model import Address, Object, Work
from faberdb_providers.postgres.kinds.lossless import domains_of, stored_as
from faberdb_providers.postgres.names import dotted, ident, literal, qualified

Probe = tuple[str, ...]
"""A query, after what has to be tried before it can be asked."""


def rows_alike(table: Address, on: str, condition: str, work: Work) -> Probe:
    """A query for the keys of up to five rows that others are alike in what `on` lists, of those that a condition lets
    through."""
    where = f" where {condition}" if condition else ""
    counted = f"select tableoid, ctid, count(*) over (partition by {on}) as n from {dotted(*table.path)}{where}"
    return rows_where(table, f"(t.tableoid, t.ctid) in (select tableoid, ctid from ({counted}) d where n > 1)", work)


def rows_where(table: Address, condition: str, work: Work) -> Probe:
    """A query for the keys of up to five rows: their primary key, or for want of one their place in the file. Other
    values are never asked for, because an error message is no place for them."""
    where = f" where {condition}" if condition else ""
    return (f"select {', '.join(_key_of(table, work))} from {dotted(*table.path)} t{where} limit 5",)


def rows_in(conditions: Iterable[tuple[Address, str]], work: Work) -> Probe:
    """A query for up to five rows of several tables, each with a condition: the table and the key."""
    parts = []
    for table, condition in conditions:
        label = dotted(*table.path).replace("'", "''")
        parts.append(
            f"(select '{label}' as in_table, concat_ws(', ', {', '.join(_key_of(table, work))}) as key"
            f" from {dotted(*table.path)} t where {condition} limit 5)"
        )
    return (f"select * from ({' union all '.join(parts)}) found limit 5",) if parts else ()


def _key_of(table: Address, work: Work) -> list[str]:
    """The columns of its primary key, or of that of the table it is a partition of; else where each row is."""
    for child in work.children(table, after=False):
        if child.address.kind == "primary_key":
            return [f"t.{ident(c)}" for c in child.attributes["columns"]]
    obj = work.before(table)
    return _key_of(obj.parent, work) if obj is not None and obj.parent is not None else ["t.ctid"]


def rows_failing(table: Address, values: Sequence[tuple[str, Object]], work: Work, where: str = "") -> Probe:
    """A query for the keys of up to five rows for which an expression cannot be computed, or is no value of the column
    that it is for. Nothing but trying tells, so each row is tried, for a few seconds at most."""
    name, tried, declared = dotted(*table.path), [], []
    for number, (expression, column) in enumerate(values, 1):
        variable = f"faberdb_{number}"
        type_, checks = _without_domain(column, work)
        if expression.endswith(f"::{column.attributes['type']}"):
            expression = expression.removesuffix(str(column.attributes["type"])) + type_
        declared.append(f"    {variable} {type_};")
        tried.append(
            f"            SELECT ({expression}\n            ) INTO {variable} FROM {name}"
            " WHERE tableoid = faberdb_row.part AND ctid = faberdb_row.place;"
        )
        tried += [
            f"            IF EXISTS (SELECT FROM (SELECT {variable} AS value) faberdb WHERE NOT ({check})) THEN"
            " RAISE check_violation; END IF;"
            for check in checks
        ]
    lines = [
        "#variable_conflict use_column",
        "DECLARE",
        "    faberdb_row record; faberdb_places tid[]; faberdb_rows text[];",
        "    faberdb_end timestamptz := clock_timestamp() + interval '3 s';",
        *declared,
        "BEGIN",
        f"    FOR faberdb_row IN SELECT tableoid AS part, ctid AS place FROM {name}{where and f' WHERE {where}'} LOOP",
        "        EXIT WHEN cardinality(faberdb_rows) = 5 OR clock_timestamp() > faberdb_end;",
        "        BEGIN",
        *tried,
        "        EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN",
        "            faberdb_places := faberdb_places || faberdb_row.place;",
        "            faberdb_rows := faberdb_rows || (faberdb_row.part || ' ' || faberdb_row.place);",
        "        END;",
        "    END LOOP;",
        "    PERFORM set_config('faberdb.places', coalesce(faberdb_places::text, '{}'), true),",
        "        set_config('faberdb.rows', coalesce(faberdb_rows::text, '{}'), true);",
        "END",
    ]
    there = (
        "t.ctid = any(current_setting('faberdb.places')::tid[])"
        " and t.tableoid || ' ' || t.ctid = any(current_setting('faberdb.rows')::text[])"
    )
    block = "\n".join(lines)
    return (f"DO {literal(block).strip()}", *rows_where(table, there, work))


def _without_domain(column: Object, work: Work) -> tuple[str, list[str]]:
    """The type of a column below its domains, and what its values must fulfil besides: a domain may not be there yet,
    and a variable of one that takes no null cannot even begin. The same of an enum that the plan makes: its values are
    texts, of those that it lists. Elements of arrays are not held against checks."""
    type_, checks = stored_as(column, work), list[str]()
    if type_.endswith("[]"):
        return type_, checks
    domains = domains_of(column, work)
    for domain in domains:
        constraints = [o for o in work.children(domain.address, after=True) if o.address.kind == "domain_constraint"]
        checks += ["value IS NOT NULL"] if domain.attributes.get("not_null") else []
        checks += [str(o.attributes["expression"]) for o in constraints if not o.attributes.get("not_valid")]
    for address in (domains or [column])[-1].references:
        enum = work.after(address) if address.kind == "enum" and qualified(address) == type_ else None
        if enum is not None and work.before(address) is None:
            labels = ", ".join(literal(label).strip() for label in enum.attributes["values"])
            return "text", [*checks, f"value IN ({labels})" if labels else "value IS NULL"]
    return type_, checks
