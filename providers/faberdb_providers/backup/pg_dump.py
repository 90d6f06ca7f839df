"""Backups with pg_dump, of the server's own major, in directory format: several tables at once, there and back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from faberdb.model import Address, BackupProvider, Job
from faberdb_providers.postgres.session import Session
from faberdb_providers.postgres.settings import CLOSED, CLOSES
from faberdb_providers.postgres.whole.programs import environment, program, run

_LOCK_WAIT = "60s"
"""How long it waits for a table that somebody has locked against all readers."""


class PgDump:
    """The logical backup of one database."""

    def ready(self, major: int, job: Job) -> None:
        """Both ways have their program. Raises DatabaseError."""
        for name in ("pg_dump", "pg_restore"):
            program(name, major, job.bin_setting, job.path)

    def take(self, session: Session, snapshot: str, into: Path, job: Job) -> None:
        """Write what the snapshot sees, rows of faberdb's journal and quarantine included. Raises DatabaseError."""
        variables, rest = environment(session.connection, job.variables)
        command = [
            str(program("pg_dump", session.version, job.bin_setting, job.path)),
            "--format=directory",
            f"--file={into / 'dump'}",
            f"--jobs={job.jobs}",
            f"--snapshot={snapshot}",
            f"--lock-wait-timeout={_LOCK_WAIT}",
            "--no-password",
            "--verbose",
            *([f"--dbname={rest}"] if rest else []),
        ]
        line = _counting("dumping contents of table ", "dumping", job)
        run(command, variables, f"pg_dump of {session.label}", line)

    def restore(self, source: Path, session: Session, major: int, job: Job) -> None:
        """Fill the session's empty database; the first thing that goes wrong ends it. Raises DatabaseError."""
        variables, rest = environment(session.connection, job.variables)
        if session.query(f"select current_setting('{CLOSES}', true)") == [(CLOSED,)]:
            # What keeps a session from foreign tables keeps its programs from them too.
            variables["PGOPTIONS"] = f"{variables.get('PGOPTIONS', '')} -c {CLOSES}={CLOSED}"
        command = [
            str(program("pg_restore", major, job.bin_setting, job.path)),
            f"--jobs={job.jobs}",
            "--exit-on-error",
            "--no-password",
            "--verbose",
            f"--dbname={rest or 'dbname=' + _quoted(session.connection.info.dbname)}",
            str(source / "dump"),
        ]
        line = _counting("processing data for table ", "restoring", job)
        run(command, variables, f"pg_restore to {session.label}", line)

    def comes_back(self, address: Address) -> bool:
        """A subscription comes back disabled, as pg_dump has it, lest two databases get the same changes."""
        return "subscription" not in (address.kind, address.path[0])


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _counting(sign: str, verb: str, job: Job) -> Callable[[str], None]:
    """Tells of each table that one of the program's lines is about."""
    done = 0

    def line(text: str) -> None:
        nonlocal done
        _, found, table = text.partition(sign)
        if found:
            done += 1
            job.told(verb, table.replace('"', ""), done)

    return line


provider: BackupProvider = PgDump()
