"""Every kind of object that faberdb reads and manages in PostgreSQL, one file each, registered here by one line."""

from faberdb_providers.postgres.kinds import (
    column,
    comment,
    constraint,
    default,
    enum,
    extension,
    index,
    schema,
    sequence,
    table,
    view,
)
from faberdb_providers.postgres.kinds.base import PostgresKind

KINDS: tuple[PostgresKind, ...] = (
    schema.KIND,
    extension.KIND,
    enum.KIND,
    sequence.KIND,
    table.KIND,
    column.KIND,
    default.KIND,
    *constraint.KINDS,
    index.KIND,
    *view.KINDS,
    comment.KIND,
)
