"""Seeds in one transaction: rows first, by what they refer to, then SQL files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import psycopg
from psycopg.pq import TransactionStatus

from faberdb.errors import DatabaseError, DeclarationError, RefusedError, RolledBackError
from faberdb.model import Limits, SeedCount, SeedRows, Seeds, SeedScript, Written
from faberdb_providers.postgres.names import dotted
from faberdb_providers.postgres.refusal import connection_lost, lost, words
from faberdb_providers.postgres.seeding.rows import Group, RowError, groups_of, move_sequences, put, standing
from faberdb_providers.postgres.seeding.tables import Table, in_order, table_of
from faberdb_providers.postgres.session import Session
from faberdb_providers.postgres.statements.shape import Shape
from faberdb_providers.postgres.statements.split import split

_WRITTEN = """
select schemaname, relname, n_tup_ins, n_tup_upd, n_tup_del from pg_stat_xact_user_tables
 where n_tup_ins + n_tup_upd + n_tup_del > 0
"""
BACK = "nothing was changed; correct it, then seed again"
Writes = dict[str, tuple[int, int, int]]


class Seeding:
    """Seed files, and the database that they are for. search_path: where unqualified names are looked up."""

    def __init__(self, session: Session, seeds: Seeds, search_path: Sequence[str]) -> None:
        self._session, self._seeds, self._search_path = session, seeds, tuple(search_path)
        self._scripts = [(script, _statements(script)) for script in seeds.scripts]

    @property
    def statements(self) -> int:
        """How many statements the SQL files have."""
        return sum(len(statements) for _, statements in self._scripts)

    def look(self) -> list[SeedCount]:
        """What the rows would do, table by table; nothing is written, and SQL files are not run. Raises DatabaseError,
        DeclarationError, LockedError."""
        try:
            with self._session.transaction():
                self._session.set_scope(self._search_path, local=True)
                return [self._looked(table, groups) for table, groups in self._tables()]
        except RowError as error:
            raise DatabaseError(
                "the server does not take a row of the seeds", where=error.place, detail=error.said, advice=BACK
            ) from None
        except psycopg.Error as error:
            raise self._failed(error) from error

    def run(self, limits: Limits) -> list[SeedCount]:
        """Bring the rows in and run the SQL files, all in one transaction. Raises RolledBackError where the server
        refuses any of it, and then nothing was changed; RefusedError where an SQL file changes more than rows;
        ConnectionLostError."""
        try:
            with self._session.transaction():
                self._prepare(limits)
                counts = [self._sown(table, groups) for table, groups in self._tables()]
                found = self._run_scripts(counts)
                self._session.execute("set constraints all immediate")
        except RowError as error:
            more = "; somebody else holds what it needs (lock_timeout)" if error.passing else ""
            raise RolledBackError(
                f"the server refuses a row of the seeds{more}", where=error.place, detail=error.said, advice=BACK
            ) from None
        except psycopg.Error as error:
            raise self._failed(error) from error
        return found

    def _failed(self, error: psycopg.Error) -> DatabaseError | RolledBackError:
        if lost(error):
            return connection_lost("seed it", error)
        return RolledBackError("the server refuses the seeds", detail=words(error), advice=BACK)

    def _prepare(self, limits: Limits) -> None:
        self._session.set_scope(self._search_path, local=True)
        self._session.execute(
            # A row that a policy hides would be taken for one that is not there.
            f"set local row_security = off; set local lock_timeout = {int(limits.lock * 1000)}"
            f"; set local statement_timeout = {int((limits.statement or 0) * 1000)}"
        )

    def _tables(self) -> Iterator[tuple[Table, list[Group]]]:
        """What is to be brought in, in its order."""
        tables: dict[int, Table] = {}
        parts: dict[int, list[SeedRows]] = {}
        for rows in self._seeds.rows:
            table = table_of(self._session, rows, self._search_path)
            tables[table.oid] = table
            parts.setdefault(table.oid, []).append(rows)
        made = {oid: groups_of(table, parts[oid]) for oid, table in tables.items()}
        for oid in in_order(self._session, tables.values()):
            yield tables[oid], made[oid]

    def _looked(self, table: Table, groups: Sequence[Group]) -> SeedCount:
        found = [how for group in groups for how in standing(self._session, group)]
        return SeedCount(table.sql, found.count(None), found.count(True), found.count(False))

    def _sown(self, table: Table, groups: Sequence[Group]) -> SeedCount:
        inserted = updated = total = 0
        for group in groups:
            found = standing(self._session, group)
            total += len(found)
            new = [line for line, how in zip(group.lines, found, strict=True) if how is None]
            other = [line for line, how in zip(group.lines, found, strict=True) if how]
            added = put(self._session, group, group.adds(), new)
            updated += put(self._session, group, group.corrects(), other)
            if added:
                move_sequences(self._session, group)
            inserted += added
        return SeedCount(table.sql, inserted, updated, total - inserted - updated)

    def _run_scripts(self, counts: Sequence[SeedCount]) -> list[SeedCount]:
        """Run the SQL files; returns what was counted, with what they wrote."""
        if not self._scripts:
            return list(counts)
        objects, before = self._session.inspect().objects, self._written()
        for script, statements in self._scripts:
            for statement in statements:
                self._run_statement(script, statement)
        if self._session.inspect().objects != objects:
            raise RefusedError(
                "an SQL file of the seeds changes more than rows, which no plan would know of",
                detail=tuple(script.file for script, _ in self._scripts),
                advice="nothing was changed; declare it in a schema file, and apply that",
            )
        known = {count.table: count for count in counts}
        for table, wrote in sorted(self._written().items()):
            inserted, updated, deleted = (a - b for a, b in zip(wrote, before.get(table, (0, 0, 0)), strict=True))
            if inserted or updated or deleted:
                was = known.get(table, SeedCount(table))
                known[table] = SeedCount(
                    table, was.inserted + inserted, was.updated + updated, was.unchanged, was.deleted + deleted
                )
        return list(known.values())

    def _run_statement(self, script: SeedScript, statement: Written) -> None:
        try:
            self._session.execute_one(statement.sql)
        except psycopg.Error as error:
            if lost(error):
                raise
            at = error.diag.statement_position
            line = statement.line + (statement.sql.count("\n", 0, int(at) - 1) if at else 0)
            raise RolledBackError(
                "the server refuses a statement of the seeds",
                where=f"{script.file}:{line}",
                detail=words(error, of_file=True),
                advice=BACK,
            ) from None
        if self._session.connection.info.transaction_status != TransactionStatus.INTRANS:
            raise DatabaseError(
                "a statement ended the transaction of the seeds", where=f"{script.file}:{statement.line}"
            )

    def _written(self) -> Writes:
        """What this transaction has written so far, by table."""
        return {dotted(schema, name): (a, b, c) for schema, name, a, b, c in self._session.query(_WRITTEN)}


def _statements(script: SeedScript) -> tuple[Written, ...]:
    """The statements of an SQL file. Raises DeclarationError where it cannot be one part of one transaction."""
    parts = split(script.text)
    if parts.passed_over or parts.elsewhere:
        line, what = parts.passed_over[0] if parts.passed_over else (parts.elsewhere[0].line, "another database")
        raise DeclarationError(f"a seed file is plain SQL: {what}", where=f"{script.file}:{line}")
    for statement in parts.statements:
        shape = Shape(statement.sql)
        if shape.is_("begins") or shape.is_("ends"):
            raise DeclarationError(
                "all seeds are one transaction, which a file cannot begin or end",
                where=f"{script.file}:{statement.line}",
                advice="take the statement out",
            )
        if shape.is_("copies_in") or shape.is_("copies_out"):
            raise DeclarationError(
                "COPY has nobody to speak to here",
                where=f"{script.file}:{statement.line}",
                advice="put the rows into a CSV file with the name of the table",
            )
    return parts.statements
