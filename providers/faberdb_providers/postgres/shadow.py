"""Which server plans are tried out on: the first that can hold what the plan touches, and why the others could not."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from faberdb.errors import ScratchError
from faberdb_providers.postgres.names import ident
from faberdb_providers.postgres.servers.binaries import Binaries, find
from faberdb_providers.postgres.servers.scratch import scratch_cluster
from faberdb_providers.postgres.session import Session, words

PREFIX = "faberdb_scratch_"
OWNER = "faberdb_scratch"
"""The superuser who owns what is built on a cluster of our own. Nobody grants anything to a role of this name, so that
a grant to any other is not one to the owner."""


@dataclass(frozen=True)
class Need:
    """What a scratch server must offer. target: connection string of the database that is planned for; protected:
    whether nothing may be created beside it; roles: those of its server, which are made where the scratch server is a
    cluster of our own."""

    major: int
    extensions: frozenset[str]
    target: str
    protected: bool
    roles: frozenset[str] = frozenset()
    shadow: str | None = None
    shadow_kind: str | None = None
    bin_setting: str | None = None
    path: str = ""
    cache: Path = field(default_factory=Path)


class ScratchServer:
    """Empty databases on one server, gone when they are no longer used. owns_roles: whether the server is ours, so
    that roles may be made there."""

    def __init__(
        self, description: str, fresh: Callable[[], AbstractContextManager[Session]], *, owns_roles: bool = False
    ) -> None:
        self.description, self._fresh, self.owns_roles = description, fresh, owns_roles

    def database(self) -> AbstractContextManager[Session]:
        return self._fresh()


@contextmanager
def open_scratch(need: Need) -> Iterator[ScratchServer]:
    """The first scratch server that fits the need. Raises ScratchError saying why none does."""
    refusals: list[str] = []
    with ExitStack() as stack:
        for name, opening in _candidates(need):
            try:
                server, probe = stack.enter_context(opening())
            except (psycopg.Error, ScratchError, OSError) as error:
                refusals.append(f"{name}: {_reason(error)}")
                continue
            missing = _misses(need, probe)
            if not missing:
                yield server
                return
            refusals.append(f"{name}: {missing}")
        raise ScratchError(
            f"no scratch server of PostgreSQL {need.major} can hold what the plan touches",
            detail=tuple(refusals),
            advice="set [shadow] url_env to a server that can, or FABERDB_PG_BIN to a folder with its programs",
        )


Opened = AbstractContextManager[tuple[ScratchServer, tuple[int, set[str]]]]


def _candidates(need: Need) -> Iterable[tuple[str, Callable[[], Opened]]]:
    if need.shadow:
        yield "[shadow] url_env", lambda: _on_server(need.shadow or "", "the server of [shadow] url_env")
    found = [b for b in find(need.bin_setting, need.path) if b.major == need.major]
    wheel = [b for b in found if b.source == "embedded"]
    for binaries in found:
        if binaries not in wheel:
            yield f"PostgreSQL programs in {binaries.bin}", _own(binaries, need)
    if need.protected:
        pass  # nothing is created on a protected server, not even for a moment
    else:
        yield "a scratch database on the same server", lambda: _on_server(need.target, "a database beside the target")
    for binaries in wheel:
        yield f"embedded PostgreSQL {binaries.major}", _own(binaries, need)


def _misses(need: Need, probe: tuple[int, set[str]]) -> str:
    major, extensions = probe
    if major != need.major:
        return f"it is PostgreSQL {major}, not {need.major}"
    missing = sorted(need.extensions - extensions)
    return f"it does not have the extension {', '.join(missing)}" if missing else ""


def _reason(error: Exception) -> str:
    return " ".join(words(error)) if isinstance(error, psycopg.Error) else str(error)


def _own(binaries: Binaries, need: Need) -> Callable[[], Opened]:
    @contextmanager
    def opening() -> Iterator[tuple[ScratchServer, tuple[int, set[str]]]]:
        with scratch_cluster(binaries, need.cache) as cluster:

            @contextmanager
            def fresh() -> Iterator[Session]:
                conninfo = make_conninfo(cluster.new_database(), user=OWNER)
                session = Session.open(conninfo, "the scratch database", read_only=False)
                try:
                    session.execute(f"alter database {ident(session.connection.info.dbname)} owner to {OWNER}")
                    _calm(session)
                    yield session
                finally:
                    session.close()

            keeper = Session.open(cluster.conninfo("template1"), "the scratch cluster", read_only=False)
            with closing(keeper):
                keeper.execute(f"create role {OWNER} superuser login")
                keeper.mirror_roles(need.roles)
            extensions = _available_in(binaries)
            if extensions is None:
                with fresh() as session:
                    extensions = session.available_extensions()
            yield ScratchServer(cluster.description, fresh, owns_roles=True), (cluster.major, extensions)

    return opening


def _available_in(binaries: Binaries) -> set[str] | None:
    """Names of the extensions that lie beside the programs; None where that is not known."""
    folder = binaries.bin.parent / "share" / "postgresql" / "extension"
    if not folder.is_dir():
        folder = binaries.bin.parent / "share" / "extension"
    return {control.stem for control in folder.glob("*.control")} if folder.is_dir() else None


@contextmanager
def _on_server(conninfo: str, description: str) -> Iterator[tuple[ScratchServer, tuple[int, set[str]]]]:
    """Databases of our own on a server that is not ours."""
    with psycopg.connect(conninfo, autocommit=True, application_name="faberdb scratch") as keeper:
        row = keeper.execute("select rolcreatedb or rolsuper from pg_roles where rolname = current_user").fetchone()
        if row != (True,):
            raise ScratchError("the role may not create databases there")

        @contextmanager
        def fresh() -> Iterator[Session]:
            name = PREFIX + secrets.token_hex(8)
            keeper.execute(f"create database {ident(name)} template template0".encode())
            session = None
            try:
                session = Session.open(make_conninfo(conninfo, dbname=name), "the scratch database", read_only=False)
                _calm(session)
                yield session
            finally:
                if session is not None:
                    session.close()
                keeper.execute(f"drop database if exists {ident(name)} with (force)".encode())

        names = {n for (n,) in keeper.execute("select name from pg_available_extensions").fetchall()}
        yield ScratchServer(description, fresh), (keeper.info.server_version // 10000, names)


def _calm(session: Session) -> None:
    """What a scratch database does without, where the role may switch it off."""
    session.execute("set check_function_bodies = off; set synchronous_commit = off; set client_min_messages = error")
