"""Queries for rows of which only trying tells that they are in the way: a value cannot be computed, is none of its
column, or breaks what stays on the table once all of them are there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from faberdb.model import Address, Object, Work
from faberdb_providers.postgres.kinds.in_the_way import Probe, rows_where
from faberdb_providers.postgres.kinds.lossless import domains_of, stored_as
from faberdb_providers.postgres.names import dotted, literal, qualified


class Tried(NamedTuple):
    """A value that a statement gives a column: its expression. required: the same statement refuses that there is none;
    not where NOT NULL is set by a later one."""

    expression: str
    column: Object
    required: bool = False


def rows_failing(
    table: Address, values: Sequence[Tried], work: Work, where: str = "", *, together: Sequence[str] = ()
) -> Probe:
    """A query for the keys of up to five rows for which an expression cannot be computed, or is no value of the column
    that it is for. Nothing but trying tells, so each row is tried, for part of the time that a statement may take. How
    many there are, and whether all rows were tried, is left in settings of the transaction: see `asking`.

    together: queries for the table and place of rows that are in the way of what stays, asked once all values are
    found to be computable."""
    name, tried, declared = dotted(*table.path), list[str](), list[str]()
    for number, value in enumerate(values, 1):
        declared.append(f"    faberdb_{number} {_without_domain(value.column, work)[0]};")
        tried += _trial(f"faberdb_{number}", name, value, work)
    lines = [
        "#variable_conflict use_column",
        "DECLARE",
        "    faberdb_row record; faberdb_places tid[]; faberdb_rows text[]; faberdb_found int := 0;",
        "    faberdb_most int := coalesce(nullif(current_setting('faberdb.most', true), ''), '5');",
        "    faberdb_whole text := 'yes';",
        "    faberdb_end timestamptz := clock_timestamp() + current_setting('statement_timeout')::interval * 0.6;",
        *declared,
        "BEGIN",
        f"    FOR faberdb_row IN SELECT tableoid AS part, ctid AS place FROM {name}{where and f' WHERE {where}'} LOOP",
        "        EXIT WHEN faberdb_found = faberdb_most;",
        "        IF clock_timestamp() > faberdb_end THEN faberdb_whole := 'no'; EXIT; END IF;",
        "        BEGIN",
        *tried,
        "        EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN",
        "            faberdb_found := faberdb_found + 1;",
        "            IF faberdb_found <= 5 THEN",
        "                faberdb_places := faberdb_places || faberdb_row.place;",
        "                faberdb_rows := faberdb_rows || (faberdb_row.part || ' ' || faberdb_row.place);",
        "            END IF;",
        "        END;",
        "    END LOOP;",
        *_together(together),
        "    PERFORM set_config('faberdb.places', coalesce(faberdb_places::text, '{}'), true),",
        "        set_config('faberdb.rows', coalesce(faberdb_rows::text, '{}'), true),",
        "        set_config('faberdb.found', faberdb_found::text, true),",
        "        set_config('faberdb.whole', faberdb_whole, true);",
        "END",
    ]
    there = (
        "t.ctid = any(current_setting('faberdb.places')::tid[])"
        " and t.tableoid || ' ' || t.ctid = any(current_setting('faberdb.rows')::text[])"
    )
    block = "\n".join(lines)
    return (f"DO {literal(block).strip()}", *rows_where(table, there, work))


def as_stored(expression: str, column: Object, work: Work) -> tuple[str, str]:
    """An expression for a value of a column, and its type, below the domains of that: they may not be there yet."""
    type_ = _without_domain(column, work)[0]
    if expression.endswith(f"::{column.attributes['type']}"):
        expression = expression.removesuffix(str(column.attributes["type"])) + type_
    return expression, type_


def _trial(variable: str, table: str, value: Tried, work: Work) -> Iterator[str]:
    """The statements that compute a value for one row, and fail where the server would refuse it."""
    expression, _ = as_stored(value.expression, value.column, work)
    yield (
        f"            SELECT ({expression}\n            ) INTO {variable} FROM {table}"
        " WHERE tableoid = faberdb_row.part AND ctid = faberdb_row.place;"
    )
    if value.required:
        yield f"            IF num_nulls({variable}) > 0 THEN RAISE not_null_violation; END IF;"
    array = str(value.column.attributes["type"]).endswith("[]")
    each = f"SELECT unnest({variable}) AS value" if array else f"SELECT {variable} AS value"
    for check in _without_domain(value.column, work)[1]:
        yield (
            f"            IF EXISTS (SELECT FROM ({each}) faberdb WHERE NOT ({check})) THEN"
            " RAISE check_violation; END IF;"
        )


def _together(queries: Sequence[str]) -> Iterator[str]:
    """Statements that look for rows that are in the way beside others, where none is by itself."""
    if not queries:
        return
    found = "\n        UNION ".join(f"({query})" for query in queries)
    yield "    IF faberdb_found = 0 AND faberdb_whole = 'yes' THEN"
    yield "        SELECT count(*), array_agg(place) FILTER (WHERE number <= 5),"
    yield "            array_agg(part || ' ' || place) FILTER (WHERE number <= 5)"
    yield "        INTO faberdb_found, faberdb_places, faberdb_rows"
    yield "        FROM (SELECT part, place, row_number() OVER () AS number FROM (SELECT * FROM ("
    yield f"        {found}"
    yield "        ) every (part, place) LIMIT faberdb_most) few) numbered;"
    yield "    END IF;"


def _without_domain(column: Object, work: Work) -> tuple[str, list[str]]:
    """The type of a column below its domains, and what its values, or the elements of its array, must fulfil besides: a
    domain may not be there yet, and a variable of one that takes no null cannot even begin. The same of an enum that
    the plan makes, or gives other values: they are texts, of those that it lists."""
    type_, checks = stored_as(column, work), list[str]()
    domains = domains_of(column, work)
    for domain in domains:
        constraints = [o for o in work.children(domain.address, after=True) if o.address.kind == "domain_constraint"]
        checks += ["value IS NOT NULL"] if domain.attributes.get("not_null") else []
        checks += [str(o.attributes["expression"]) for o in constraints if not o.attributes.get("not_valid")]
    lowest, array = (domains or [column])[-1], "[]" if str(column.attributes["type"]).endswith("[]") else ""
    element = str(lowest.attributes["type"]).removesuffix("" if domains else "[]")
    for address in lowest.references:
        enum, before = work.after(address) if address.kind == "enum" else None, work.before(address)
        if enum is None or qualified(address) != element:
            continue
        if before is None or before.attributes["values"] != enum.attributes["values"]:
            labels = ", ".join(literal(label).strip() for label in enum.attributes["values"])
            return f"text{array}", [*checks, f"value IN ({labels})" if labels else "value IS NULL"]
    return type_, checks
