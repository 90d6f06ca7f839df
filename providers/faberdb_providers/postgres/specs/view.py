"""What is written of views and materialized views."""

from __future__ import annotations

from typing import Literal

from faberdb_providers.postgres.specs.base import DependentSpec, RelationSpec, Shape
from faberdb_providers.postgres.specs.options import Options


class QuerySpec(RelationSpec):
    """What views of both sorts say."""

    short = "query"

    query: str
    file: str | None = None
    """A file with the query, instead of `query`."""
    columns: list[str] | None = None
    """Names of the columns, where the query's own are not wanted."""
    options: Options = {}
    """`security_invoker`, `security_barrier`, `check_option`; of a materialized view, storage parameters."""


class ViewSpec(QuerySpec):
    """A view; a bare string is its query."""

    column_defaults: dict[str, str] = {}
    """What an INSERT into the view puts into a column that it does not name, as SQL."""


class StoredColumnSpec(Shape):
    """How the values of a column are stored, and looked at for statistics."""

    storage: Literal["plain", "external", "main", "extended"] | None = None
    compression: Literal["pglz", "lz4"] | None = None
    statistics: int | None = None
    options: dict[str, str | int | float] = {}
    """`n_distinct`."""


class MaterializedViewSpec(QuerySpec, DependentSpec):
    """A materialized view; a bare string is its query."""

    column_settings: dict[str, StoredColumnSpec] = {}
    """`storage`, `compression`, `statistics` and `options` of columns, as those of a table have them:
    `[materialized_views.NAME.column_settings.COLUMN]`."""

    unpopulated: bool = False
    """WITH NO DATA: not to be read until it is refreshed."""
    tablespace: str | None = None
    access_method: str | None = None
