"""Databases as such: made, dropped, and what a new one will be like."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from faberdb.errors import DatabaseError
from faberdb_providers.postgres.connection import KEEPERS
from faberdb_providers.postgres.names import ident
from faberdb_providers.postgres.refusal import refused, words
from faberdb_providers.postgres.servers import embedded
from faberdb_providers.postgres.servers.binaries import find
from faberdb_providers.postgres.session import Session


def embedded_database(
    folder: Path, name: str, bin_setting: str | None, path: str, major: int | None, *, make: bool = True
) -> str:
    """Start the embedded server of a folder, which is made when it is missing; returns the connection string of
    the database `name` in it, which is made too where `make` says so. Raises DatabaseError."""
    base = embedded.ensure_running(folder, find(bin_setting, path), major)
    if not make:
        return make_conninfo(base, dbname=name)
    with psycopg.connect(make_conninfo(base, dbname="postgres"), autocommit=True) as keeper:
        if not keeper.execute("select 1 from pg_database where datname = %s", (name,)).fetchone():
            with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                keeper.execute(f"create database {ident(name)}".encode())
    return make_conninfo(base, dbname=name)


def create_database(conninfo: str, label: str) -> str:
    """Make the database that the connection string names, where it is missing; returns its name, or nothing if it
    was there. Raises DatabaseError."""
    name = str(conninfo_to_dict(conninfo).get("dbname") or "")
    role = ""
    for keeper_name in KEEPERS:
        try:
            with psycopg.connect(make_conninfo(conninfo, dbname=keeper_name), autocommit=True) as keeper:
                role = keeper.info.user
                if keeper.execute("select 1 from pg_database where datname = %s", (name,)).fetchone():
                    return ""
                keeper.execute(f"create database {ident(name)}".encode())
                return name
        except psycopg.OperationalError:
            continue
        except psycopg.Error as error:
            advice = ""
            if isinstance(error, psycopg.errors.InsufficientPrivilege):
                advice = (
                    f"let a superuser run: ALTER ROLE {ident(role)} CREATEDB; or: CREATE DATABASE {ident(name)} OWNER"
                    f" {ident(role)}; then run the same command again"
                )
            message = f"cannot create database {ident(name)} of {label}"
            raise DatabaseError(message, detail=words(error), advice=advice) from None
    Session.open(conninfo, label, read_only=True).close()
    return ""


def drop_database(conninfo: str, label: str) -> None:
    """Drop the database that the connection string names, if nobody is connected to it. Raises DatabaseError."""
    name = str(conninfo_to_dict(conninfo).get("dbname") or "")
    said: tuple[str, ...] = ()
    for keeper_name in KEEPERS:
        try:
            with psycopg.connect(make_conninfo(conninfo, dbname=keeper_name), autocommit=True) as keeper:
                keeper.execute(f"drop database {ident(name)}".encode())
                return
        except psycopg.Error as error:
            said = words(error)
    raise DatabaseError(f"cannot drop the database of {label}", detail=said)


def clear_for(session: Session, role: str) -> None:
    """Empty a scratch database of what it begins with, and make a role its owner. Raises DatabaseError."""
    with refused(f"make {ident(role)} the owner of {session.label}"):
        session.execute("drop schema if exists faberdb, faberdb_quarantine cascade")
        session.execute(f"alter database {ident(session.connection.info.dbname)} owner to {ident(role)}")


def empty_like(conninfo: str) -> tuple[str, str]:
    """What the database that a connection string names will be when it is made: how to reach the one that it will
    be a copy of, and its own name."""
    name = str(conninfo_to_dict(conninfo).get("dbname") or "")
    return make_conninfo(conninfo, dbname="template1"), name
