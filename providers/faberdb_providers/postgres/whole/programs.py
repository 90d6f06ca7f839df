"""PostgreSQL's own client programs: found on this machine, and run so that no secret is in their command line or in a
file."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg import pq
from psycopg.conninfo import make_conninfo

from faberdb.errors import DatabaseError
from faberdb_providers.postgres.pattern import pattern
from faberdb_providers.postgres.refusal import without_secrets
from faberdb_providers.postgres.servers.binaries import folders_of_programs, major_of

# What a program needs of the caller's environment: where certificates and tickets lie, and libraries. Not its PG*
# variables: all that a connection goes by is handed over as it was in the end.
_PASSED_ON = ("HOME", "PATH", "TMPDIR", "LD_LIBRARY_PATH", "KRB5CCNAME", "KRB5_CONFIG")
# Of the session itself, not of how to reach its server; and where several hosts are named, it is known which it was.
_LEFT_OUT = ("application_name", "client_encoding", "dbname", "fallback_application_name", "host", "hostaddr", "port")
_ONE_OF_SEVERAL = ("load_balance_hosts", "passfile", "password", "replication", "service", "target_session_attrs")
_PATIENCE = 20.0


def program(name: str, major: int, bin_setting: str | None, path: str) -> Path:
    """The program of exactly this major version. Raises DatabaseError where there is none."""
    others: set[int] = set()
    for folder in folders_of_programs(bin_setting, path):
        file = folder / name
        if not os.access(file, os.X_OK):
            continue
        real = file.resolve()
        # Debian's wrapper of the same name chooses a version by itself.
        if real.name != name:
            continue
        found = major_of(real)
        if found == major:
            return real
        others |= {found} if found else set()
    there = f"; there are those of {', '.join(map(str, sorted(others)))}" if others else ""
    raise DatabaseError(
        f"{name} of PostgreSQL {major} is not on this machine{there}",
        advice=f"install it (Debian and Ubuntu: apt-get install postgresql-client-{major}), or name its folder in"
        " FABERDB_PG_BIN",
    )


def environment(connection: psycopg.Connection[Any], variables: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """How a program reaches the very server and database of a connection: variables for its environment, and the rest
    as a connection string without secrets. Raises DatabaseError where a secret could only be written down."""
    info = connection.info
    passed = {name: variables[name] for name in _PASSED_ON if name in variables}
    found = {**passed, "LC_ALL": "C", "PGAPPNAME": "faberdb backup", "PGCLIENTENCODING": "UTF8"}
    found |= {"PGDATABASE": info.dbname, "PGHOST": info.host, "PGPORT": str(info.port)}
    if info.hostaddr and not info.host.startswith(("/", "@")):
        found["PGHOSTADDR"] = info.hostaddr  # a name can stand for several servers
    if info.password:
        found["PGPASSWORD"] = info.password
    options = {option.keyword.decode(): option for option in pq.Conninfo.get_defaults()}
    rest = {}
    for name, value in info.get_parameters().items():
        option = options.get(name)
        if option is None or name in (*_LEFT_OUT, *_ONE_OF_SEVERAL):
            continue
        if option.envvar:
            found[option.envvar.decode()] = value
        elif option.dispchar == b"*":
            raise DatabaseError(
                f"the connection string holds {name}, which PostgreSQL's programs can only be told on their command"
                " line, where everybody on this machine could read it",
                advice="use a key that needs none, or a password",
            )
        elif option.dispchar == b"":
            rest[name] = value
    return found, make_conninfo(**rest) if rest else ""


def run(
    command: Sequence[str],
    variables: Mapping[str, str],
    what: str,
    line: Callable[[str], None],
) -> None:
    """Run a program to its end. what: it does, for messages; line: is told each line that it says on the way.

    Raises DatabaseError with what it says went wrong.
    """
    said: list[str] = []
    try:
        # A session of its own: Ctrl-C at the terminal is ours to pass on.
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env=dict(variables),
            start_new_session=True,
        )
    except OSError as error:
        raise DatabaseError(f"{command[0]} cannot be started", detail=(str(error),)) from error
    try:
        assert child.stderr is not None
        with child.stderr as stream:
            for text in stream:
                line(text.rstrip())
                if _WRONG.match(text) and len(said) < 5:
                    said.append(text.strip())
        status = child.wait()
    except BaseException:
        _end(child)
        raise
    if status:
        password = variables.get("PGPASSWORD", "")
        secrets = make_conninfo(password=password) if password else ""
        raise DatabaseError(f"{what} failed", detail=tuple(without_secrets(text, secrets) for text in said))


# Its own words and the server's first line; what follows can be rows, or a statement with all that is in it.
_WRONG = pattern(r"\w+: (?:error|fatal): |\w+: (?:detail|hint): (?!Command was)")


def _end(child: subprocess.Popen[str]) -> None:
    """End the program and those it has started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(child.pid, number)
            child.wait(_PATIENCE)
            return
        except ProcessLookupError:
            child.wait()
            return
        except subprocess.TimeoutExpired:
            continue
