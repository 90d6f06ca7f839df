"""The table of all checks, in the order in which they are shown; a new one joins by a line."""

from __future__ import annotations

from faberdb_providers.postgres.health import catalogue, replication, server, sessions, wear

CHECKS = (
    server.CONNECTIVITY,
    server.VERSION,
    server.STANDBY,
    server.READ_ONLY,
    server.PRIVILEGES,
    replication.REPLICATION_LAG,
    replication.REPLICATION_SLOTS,
    sessions.LONG_TRANSACTIONS,
    sessions.IDLE_IN_TRANSACTION,
    sessions.LOCK_WAITS,
    sessions.PREPARED_TRANSACTIONS,
    sessions.CONNECTIONS,
    catalogue.INVALID_INDEXES,
    catalogue.UNVALIDATED_CONSTRAINTS,
    wear.SEQUENCES,
    wear.WRAPAROUND,
    wear.DEAD_ROWS,
    wear.DISK,
)
