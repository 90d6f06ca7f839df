"""Copies of a whole database on its own server, made by the server itself. Nobody can connect to one."""

from __future__ import annotations

import time
import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg

from faberdb.errors import DatabaseError, LockedError, RefusedError
from faberdb_providers.postgres.names import ident
from faberdb_providers.postgres.refusal import words
from faberdb_providers.postgres.session import Session
from faberdb_providers.postgres.waiting import reading
from faberdb_providers.postgres.whole.exchange import Exchange
from faberdb_providers.postgres.whole.frozen import UNBOUND
from faberdb_providers.postgres.whole.users import first_of, users_of

LARGE = 1 << 30
"""From so many bytes on the files are copied. Below it the blocks go through the WAL, which spares the server the two
checkpoints that copying files takes (PostgreSQL docs, CREATE DATABASE, STRATEGY)."""

_LOOKS, _BETWEEN = 8, 0.1
"""How often it is looked who is connected, and how many seconds lie between: a session that has just been closed takes
a moment to go."""
_SIZE = "select pg_database_size(%s::name)"
# A file system that shares blocks between files copies them in no time, from 18 on; only ever files.
_CLONES = "select coalesce(current_setting('file_copy_method', true) = 'clone', false)"


def refuse_in_use(exchange: Exchange, name: str, but: Collection[int], advice: str) -> None:
    """A database can only be copied while nobody is connected to it. but: server processes that do not count.
    Raises RefusedError naming who is."""
    with reading(exchange.keeper.connection, f"who uses database {ident(name)}"):
        for _ in range(_LOOKS):
            who = users_of(exchange.keeper.query, name, but)
            if not who:
                return
            time.sleep(_BETWEEN)
    raise _in_use(name, who, advice)


def copy(
    exchange: Exchange, name: str, new: str, owner: str, *, closed: bool, session: Session | None, advice: str
) -> None:
    """Make a copy of a database. closed: to everybody, from its first moment on. session: one on the database itself,
    which alone may be connected to it. advice: what to do where others are. Raises RefusedError, DatabaseError."""
    by = session or exchange.keeper
    # The session that was looked with has been closed, but the server may take a moment to notice.
    own = {connection.info.backend_pid for connection in (exchange.keeper.connection, by.connection)}
    parts = [f"create database {ident(new)} with template {ident(name)} owner {ident(owner)}"]
    try:
        ((limit,),) = by.query("select current_setting('statement_timeout')")
        if exchange.version >= 15:
            files = by.query(_CLONES) == [(True,)] or by.query(_SIZE, name)[0][0] >= LARGE
            parts.append(f"strategy {'file_copy' if files else 'wal_log'}")
        if closed:
            parts.append("allow_connections false")
        by.execute("set statement_timeout = 0")
        try:
            by.execute(" ".join(parts))
        finally:
            if not by.connection.closed:
                by.query("select set_config('statement_timeout', %s, false)", limit)
    except psycopg.errors.ObjectInUse as error:
        raise _in_use(name, users_of(exchange.keeper.query, name, own) or list(words(error)), advice) from error
    except psycopg.Error as error:
        raise DatabaseError(
            f"database {ident(name)} cannot be copied",
            detail=words(error),
            advice="give the server what is missing (room on its disk, a right), then run the same command again;"
            " nothing was changed",
        ) from error


@contextmanager
def opened(exchange: Exchange, name: str) -> Iterator[Session]:
    """A session that only reads, on a copy that is closed to all others. Raises LockedError, DatabaseError."""
    alter, keeper = f"alter database {ident(name)} allow_connections", exchange.keeper
    key = zlib.crc32(name.encode()) - 2**31
    with reading(keeper.connection, f"database {ident(name)}"):
        if keeper.query("select pg_try_advisory_lock(%s, %s)", _LOCK, key) != [(True,)]:
            raise LockedError(
                f"somebody else is looking at database {ident(name)}",
                advice="wait until that has ended, then run the same command again",
            )
        try:
            keeper.execute(f"{alter} true")
            try:
                session = exchange.connect(name)
            finally:
                keeper.execute(f"{alter} false")
        finally:
            keeper.query("select pg_advisory_unlock(%s, %s)", _LOCK, key)
    try:
        refuse_in_use(
            exchange, name, {session.connection.info.backend_pid}, "end these sessions, and take a new backup"
        )
        with reading(session.connection, f"database {ident(name)}"):
            session.execute(f"{UNBOUND}; set default_transaction_read_only = on")
        yield session
    finally:
        session.close()


_LOCK = 0x0FABE0
"""First part of the number of an advisory lock."""


def _in_use(name: str, who: list[str], advice: str) -> RefusedError:
    return RefusedError(
        f"database {ident(name)} is in use, and can only be copied while nobody is connected to it",
        detail=first_of(who),
        advice=advice,
    )


def given_back(exchange: Exchange, name: str, new: str, like: Mapping[str, Any], mark: str) -> None:
    """Make a database of this character out of a copy. Raises RefusedError, DatabaseError."""
    advice = "somebody is verifying that backup, or restoring it: wait, then run the same command again"
    copy(exchange, name, new, like["owner"], closed=False, session=None, advice=advice)
    exchange.dress(new, like, mark)
