"""The plans that are disturbed: golden cases, chosen so that every kind of step is among them, and the ways in which a
table in use is changed, with rows for several parts."""

from __future__ import annotations

from pathlib import Path

GOLDEN, HERE = Path(__file__).parents[1] / "golden", Path(__file__).parent

PLANS = (
    # Several transactions: values of an enum, types under others, casts made anew.
    "enum/add_values",
    "enum/rename_values_and_add",
    "function/standard_body",
    "range_type/drop",
    "range_type/with_its_schema",
    "rename/enum",
    "cast/change",
    # To quarantine: tables, columns, the rows of types that go, sequences, partitions.
    "column/add_and_drop",
    "column/drop_without_a_key",
    "column/null_and_not_null",
    "table/drop",
    "table/drop_a_partition",
    "sequence/drop",
    "enum/remove_a_value_in_use",
    "composite_type/drop",
    "function/dropped_with_its_users",
    # Types that change, with the values kept.
    "column/narrower_type",
    "column/type_with_using",
    "column/wider_type",
    "column/type_under_a_view",
    "rule/over_a_changed_column_and_dropped",
    # Values that are filled in, and rows that move.
    "column/backfill",
    "column/identity_drop",
    "table/partitioned_with_its_rows",
    "sequence/serial_from_an_identity",
    # What reads the rows: constraints, indexes, views that hold rows.
    "foreign_key/not_valid_then_validated",
    "index/change",
    "materialized_view/change",
    # Names, and what nobody's rows depend on.
    "rename/table_and_column",
    "policy/replace_drop_and_open",
    *(f"online/{case.name}" for case in sorted((HERE / "online").iterdir())),
)


def is_online(name: str) -> bool:
    return name.startswith("online/")


def case_of(name: str) -> Path:
    """The folder with before.toml, after.toml and rows.sql."""
    return (HERE if is_online(name) else GOLDEN) / name
