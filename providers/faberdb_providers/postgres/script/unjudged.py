"""SQL files that are run and not looked at: what somebody says has run before, or what makes a database."""

from __future__ import annotations

import psycopg
from psycopg.pq import TransactionStatus

from faberdb_providers.postgres.connection import Connection
from faberdb_providers.postgres.refusal import words
from faberdb_providers.postgres.script import fence
from faberdb_providers.postgres.statements.shape import Shape, query_copied
from faberdb_providers.postgres.statements.split import split


def run_script(session: Connection, text: str) -> tuple[int, tuple[str, ...]] | None:
    """Run the statements of an SQL file one by one as psql would, less psql's own commands and the rows of COPY, on a
    database that is ours to spoil. Returns None, or the line and the server's words for the first that failed."""
    script = split(text)
    fence.restrict(session)
    for statement in (*script.statements, *script.elsewhere):
        shape = Shape(statement.sql)
        sql = query_copied(statement.sql) if shape.is_("copies_out") else statement.sql
        if shape.is_("copies_in") or not sql:
            continue
        try:
            session.execute_one(sql)
            if shape.is_("resets"):
                fence.restrict(session)
        except psycopg.Error as error:
            at = error.diag.statement_position
            below = statement.sql.count("\n", 0, int(at) - 1) if at else 0
            return statement.line + below, words(error)
    if session.connection.info.transaction_status != TransactionStatus.IDLE:
        session.execute("rollback")  # as the server does when psql leaves it
    return None
