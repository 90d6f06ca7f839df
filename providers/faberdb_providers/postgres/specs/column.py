"""What is written of a column."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from faberdb_providers.postgres.specs.base import GrantableSpec, LabelledSpec, Shape


class IdentitySpec(Shape):
    """GENERATED ... AS IDENTITY with options of its sequence."""

    short = "generated"

    generated: Literal["always", "by default"] = "by default"
    name: str | None = None
    """Of the sequence, where it is not TABLE_COLUMN_seq."""
    start: int | None = None
    increment: int | None = None
    min: int | None = None
    max: int | None = None
    cache: int | None = None
    cycle: bool = False
    persistence: Literal["logged", "unlogged"] | None = None
    """Of the sequence, where it is not that of the table (PostgreSQL 15)."""
    comment: str | None = None
    """On the sequence."""
    grants: dict[str, list[str]] = {}
    """Privileges on the sequence by role."""


class ColumnSpec(GrantableSpec, LabelledSpec):
    """A column; a bare string is its type. NOT NULL unless `null = true`."""

    short = "type"

    type: str | None = None
    """Any type the server knows; `serial` and its kin stand for a sequence and a default."""
    inherited: bool = False
    """The column comes from a parent table, and this entry says only what is different here; it has no type."""
    null: bool = False
    default: str | None = None
    """An SQL expression: a string constant has its own quotes, `"'new'"`."""
    identity: IdentitySpec | None = None
    generated: str | None = None
    """The expression of a generated column."""
    virtual: bool = False
    """Generated when read, not stored (PostgreSQL 18)."""
    collation: str | None = None
    storage: Literal["plain", "external", "main", "extended"] | None = None
    compression: Literal["pglz", "lz4", "default"] | None = None
    """`default`: of an inherited column, that of the server, though the parent has another."""
    statistics: int | None = None
    options: dict[str, str | int | float] = {}
    """`n_distinct` and the like."""
    foreign_options: dict[str, str | int | float | bool] = {}
    """What the foreign data wrapper is told of a column of a foreign table."""
    not_null: bool = False
    """Of an inherited column: NOT NULL, though that of the parent is not."""
    no_default: bool = False
    """Of an inherited column: none, though that of the parent has one."""
    not_null_name: str | None = None
    """Of the NOT NULL constraint (PostgreSQL 18), where it is not TABLE_COLUMN_not_null."""
    not_null_inherited: bool = False
    """Of a column that a table above has too: NOT NULL only as long as that one is (PostgreSQL 18)."""
    not_null_no_inherit: bool = False
    """Child tables need not be NOT NULL (PostgreSQL 18)."""
    not_null_not_valid: bool = False
    """Rows that were there before may have no value (PostgreSQL 18)."""
    backfill: str | None = None
    """Expression that fills existing rows when the column is added or becomes NOT NULL, also where that only becomes
    valid or that of child tables too."""
    using: str | None = None
    """Expression that makes the new value when the type changes, or when an enum loses values."""

    @model_validator(mode="after")
    def _type_or_inherited(self) -> ColumnSpec:
        if self.inherited:
            said = self.model_fields_set - OF_INHERITED
            if said:
                raise ValueError(f"an inherited column cannot have {', '.join(sorted(said))}")
        elif self.type is None:
            raise ValueError("a column needs a type")
        elif self.not_null or self.no_default:
            raise ValueError("a column is NOT NULL and has no default unless it says so")
        return self


OF_INHERITED = {
    *("inherited", "not_null", "not_null_name", "not_null_no_inherit", "not_null_not_valid"),
    *("default", "no_default", "storage", "compression", "statistics", "options"),
    *("foreign_options", "comment", "grants", "security_labels"),
}
"""What a child table can have another way than its parent."""
