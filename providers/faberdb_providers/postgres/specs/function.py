"""What is written of functions and procedures."""

from __future__ import annotations

from typing import ClassVar, Literal

from faberdb_providers.postgres.specs.base import DependentSpec, GrantableSpec, LabelledSpec, OwnedSpec
from faberdb_providers.postgres.specs.options import Setting


class ProcedureSpec(OwnedSpec, GrantableSpec, LabelledSpec, DependentSpec):
    """A procedure. Its key is its name, with the types of its arguments where others have the same name:
    `[procedures."add(integer, integer)"]`."""

    from_file: ClassVar[str] = "body"

    arguments: str | None = None
    """As in CREATE FUNCTION: `a integer, b text DEFAULT 'x'`. What the key says, where this is missing."""
    language: str | None = None
    """`plpgsql` where nothing is said, `sql` with `sql_body`, `c` with `library`."""
    body: str | None = None
    """The text of the body."""
    file: str | None = None
    """A file with the body, instead of `body`."""
    sql_body: str | None = None
    """A body in the SQL standard's own way, `RETURN a + b` or `BEGIN ATOMIC ... END`: what it needs is then known to
    the server (PostgreSQL 14 and newer)."""
    library: str | None = None
    """The library that holds a function written in C."""
    symbol: str | None = None
    """Its name in the library, where that is another one."""
    security_definer: bool = False
    """Runs with the rights of its owner."""
    set: dict[str, Setting] = {}
    """Settings while it runs: `{ search_path = "app, pg_temp" }`."""
    transforms: list[str] | None = None
    """Types whose transforms are used."""


class FunctionSpec(ProcedureSpec):
    """A function. Its key is its name, with the types of its arguments where others have the same name:
    `[functions."add(integer, integer)"]`."""

    returns: str | None = None
    """Its result: a type, `SETOF type` or `TABLE(...)`. Not needed beside OUT arguments."""
    volatility: Literal["volatile", "stable", "immutable"] = "volatile"
    strict: bool = False
    """Null for any argument that is null, without being run."""
    leakproof: bool = False
    parallel: Literal["unsafe", "restricted", "safe"] = "unsafe"
    cost: float | None = None
    rows: float | None = None
    """How many rows the planner expects of a set."""
    support: str | None = None
    """The planner's support function."""
    window: bool = False
    """A window function, which only C can write."""
