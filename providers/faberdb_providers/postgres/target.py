"""The database that a plan is applied to: the session that holds the lock, with the journal in schema faberdb."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import psycopg

from faberdb.errors import StoppedError
from faberdb.model import Failure, Limits, Step
from faberdb_providers.postgres.names import literal
from faberdb_providers.postgres.session import Session, refused, words


class Target(Session):
    """A session that may change things, and writes down what it does."""

    _secrets: Mapping[str, str] = MappingProxyType({})

    def entrust(self, secrets: Mapping[str, str]) -> None:
        """Values, by name, that statements leave out."""
        self._secrets = secrets

    def _filled(self, step: Step) -> str:
        sql = step.statement.sql
        for name in step.statement.secrets:
            sql = sql.replace("'${" + name + "}'", literal(self._secrets[name]).strip())
        return sql

    def _discreet(self, said: tuple[str, ...]) -> tuple[str, ...]:
        """The server's words without values that were entrusted."""
        for value in filter(None, self._secrets.values()):
            said = tuple(line.replace(value, "***") for line in said)
        return said

    def begin_plan(self, plan_id: str, kind: str, holder: str, document: str) -> str:
        """Note that a plan begins. Returns what is known of it already: empty, `running` (it was interrupted), or how
        it ended. Raises DatabaseError."""
        with refused("write its journal"):
            return self._begin(plan_id, kind, holder, document)

    def _begin(self, plan_id: str, kind: str, holder: str, document: str) -> str:
        found = self.query("select state from faberdb.plan where plan_id = %s", plan_id)
        if found and found[0][0] in ("failed", "refused"):
            # Nothing of it remains, so it may be tried once more as long as the fingerprint fits.
            self.connection.execute("update faberdb.plan set state = 'running' where plan_id = %s", (plan_id,))
            return ""
        if not found:
            self.connection.execute(
                "insert into faberdb.plan (plan_id, kind, state, holder, document) values (%s, %s, 'running', %s, %s)",
                (plan_id, kind, holder, document),
            )
        return str(found[0][0]) if found else ""

    def end_plan(self, plan_id: str, state: str) -> None:
        """Note how a plan ended. Raises DatabaseError."""
        with refused("write its journal"):
            self.connection.execute(
                "update faberdb.plan set state = %s, ended_at = clock_timestamp() where plan_id = %s", (state, plan_id)
            )

    def done_transactions(self, plan_id: str) -> set[int]:
        """The transactions of a plan whose steps are all committed. Raises DatabaseError."""
        with refused("read its journal"):
            rows = self.query(
                "select distinct transaction from faberdb.journal where plan_id = %s and outcome = 'done'", plan_id
            )
        return {number for (number,) in rows}

    def run_transaction(
        self, plan_id: str, steps: Sequence[Step], limits: Limits, started: Callable[[Step], None]
    ) -> Failure | None:
        """Run the steps of one transaction: an intent row before it, an outcome row with each step in it.

        Returns None, or why nothing of it was done. Raises StoppedError if the connection is lost: then the journal
        knows whether the transaction was committed.
        """
        with refused("write its journal"):
            self._journal(plan_id, steps[:1], "intent")
        step = steps[0]
        try:
            if step.statement.outside:
                self._limit(limits, local=False)
                started(step)
                self.execute_one(self._filled(step))
                self._journal(plan_id, steps, "done")
            else:
                with self.connection.transaction():
                    self._limit(limits, local=True)
                    for step in steps:
                        started(step)
                        self.execute_one(self._filled(step))
                    self._journal(plan_id, steps, "done")
        except psycopg.Error as error:
            if self.connection.closed:
                raise StoppedError(
                    "the connection to the server was lost during a step",
                    where=f"{step.address.kind.replace('_', ' ')} {step.address.name}",
                    detail=self._discreet(words(error)),
                    advice="apply the same plan again: the journal knows what was committed, and it goes on from there",
                ) from error
            said = self._discreet(words(error))
            if isinstance(error, psycopg.errors.InsufficientPrivilege) and "row-level security" in said[0]:
                said = (*said, "HINT: no row may be hidden here: apply as a role with BYPASSRLS or as a superuser")
            rows = self._rows(step) if (error.sqlstate or "")[:2] in ("22", "23") else ()
            return Failure((f"{step.address.kind.replace('_', ' ')} {step.address.name}", *said), rows)
        return None

    def _journal(self, plan_id: str, steps: Sequence[Step], outcome: str) -> None:
        with self.connection.cursor() as cursor:
            cursor.executemany(
                "insert into faberdb.journal (plan_id, step, transaction, outcome) values (%s, %s, %s, %s)"
                " on conflict (plan_id, step, outcome) do update set at = clock_timestamp()",
                [(plan_id, step.id, step.transaction, outcome) for step in steps],
            )

    def _limit(self, limits: Limits, *, local: bool) -> None:
        statement = int(limits.statement * 1000) if limits.statement else 0
        self.connection.execute(
            "select set_config('lock_timeout', %s, %s), set_config('statement_timeout', %s, %s),"
            " set_config('search_path', '', %s), set_config('check_function_bodies', 'off', %s),"
            # Rows that a policy hides would be missing from a copy without a word.
            " set_config('row_security', 'off', %s)",
            (str(int(limits.lock * 1000)), local, str(statement), local, local, local, local),
        )

    def _rows(self, step: Step) -> tuple[str, ...]:
        """Up to five rows that the step's own question finds in its way; the question may itself fail."""
        if not step.statement.probe:
            return ()
        try:
            with self.connection.transaction():
                self.connection.execute("set transaction read only")
                self.connection.execute("select set_config('statement_timeout', '5000', true)")
                cursor = self.connection.execute(step.statement.probe.encode())
                names = [column.name for column in cursor.description or ()]
                return tuple(_shown(names, row) for row in cursor.fetchmany(5))
        except psycopg.Error:
            return ()


def _shown(names: Sequence[str], row: Sequence[object]) -> str:
    return ", ".join(f"{name} = {value!r}" for name, value in zip(names, row, strict=True))
