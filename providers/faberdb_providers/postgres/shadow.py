"""Which server plans are tried out on: the first that can hold what the plan touches, and why the others could not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import NamedTuple

import psycopg
from psycopg.conninfo import make_conninfo

from faberdb.errors import FaberError, ScratchError
from faberdb.model import Address
from faberdb_providers.postgres.ahead import handed_out, uninterrupted
from faberdb_providers.postgres.names import ident
from faberdb_providers.postgres.prepared import Prepared
from faberdb_providers.postgres.refusal import words
from faberdb_providers.postgres.server_wide import Asked
from faberdb_providers.postgres.servers.binaries import EMBEDDED, Binaries, find
from faberdb_providers.postgres.servers.scratch import ScratchCluster, scratch_cluster
from faberdb_providers.postgres.session import Session
from faberdb_providers.postgres.settings import closed_off

PREFIX = "faberdb_scratch_"
OWNER = "faberdb_scratch"
"""The superuser who owns what is built on a cluster of our own. Nobody grants anything to a role of this name, so that
a grant to any other is not one to the owner."""


class Need(NamedTuple):
    """What a scratch server must offer.

    installed: extensions of the target with their versions; new: those that the plan installs, with the version the
    target's server gives them. target: connection string of the database that is planned for; protected: whether
    nothing may be created beside it; roles: those of its server, which are made where the scratch server is a cluster
    of our own, superusers as such, since there is what only those may own; tablespaces: those of its server, which are
    made there too, without their settings; named: those that the declaration names,
    which every other scratch server must have; asked: which objects of the whole server are planned for, None for none.
    room: bytes of the rows that are to be written there;
    alone: whether SQL that others wrote is to be run, which may do anything: then only a cluster of our own will do.
    """

    major: int
    installed: Mapping[str, str]
    new: Mapping[str, str]
    target: str
    protected: bool
    roles: frozenset[str] = frozenset()
    superusers: frozenset[str] = frozenset()
    tablespaces: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    asked: Asked | None = None
    shadow: str | None = None
    shadow_kind: str | None = None
    bin_setting: str | None = None
    path: str = ""
    cache: Path = Path()
    alone: bool = False
    room: int = 0

    def plans(self, kind: str, name: str) -> bool:
        """Whether something of the whole server is planned for itself, so that it is built like all that is."""
        return self.asked is not None and self.asked(Address(kind, (name,)))


class Offer(NamedTuple):
    """What a server offers. versions: of each extension, all that can be installed; default: the one that is."""

    major: int
    versions: Mapping[str, frozenset[str]]
    default: Mapping[str, str]
    roles: frozenset[str] = frozenset()

    @classmethod
    def of(cls, session: Session, need: Need) -> Offer:
        """Ask a server, as far as it matters to the need. Raises psycopg.Error."""
        roles = frozenset(session.roles()) if need.named else frozenset()
        if not (need.installed or need.new):
            return cls(session.version, {}, {}, roles)
        rows = session.query("select name, array_agg(version) from pg_available_extension_versions group by name")
        return cls(session.version, {n: frozenset(v) for n, v in rows}, session.available_extensions(), roles)

    def misses(self, need: Need) -> str:
        """What of the need it does not fulfil, in words; empty where it fulfils all of it."""
        if self.major != need.major:
            return f"it is PostgreSQL {self.major}, not {need.major}"
        lacking = sorted({*need.installed, *need.new} - self.versions.keys())
        if lacking:
            return f"it does not have the extension {', '.join(lacking)}"
        old = [f"{n} {v}" for n, v in sorted(need.installed.items()) if v not in self.versions[n]]
        old += [
            f"{n} {v} (it would install {self.default.get(n)})"
            for n, v in sorted(need.new.items())
            if self.default.get(n) != v
        ]
        if old:
            return f"it does not have the version of extension {', '.join(old)}"
        unknown = sorted(
            role for role in need.named - self.roles if not role.startswith("pg_") and not need.plans("role", role)
        )
        return f"it does not have the role {', '.join(map(ident, unknown))}" if unknown else ""


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
def _serving(
    description: str, make: Callable[[], Session], remove: Callable[[Session], None], *, owns_roles: bool = False
) -> Iterator[ScratchServer]:
    with handed_out(make, remove) as fresh:
        yield ScratchServer(description, fresh, owns_roles=owns_roles)


@contextmanager
def open_scratch(need: Need) -> Iterator[ScratchServer]:
    """The first scratch server that fits the need. Raises ScratchError saying why none does."""
    refusals: list[str] = []
    with ExitStack() as stack:
        for name, opening in _candidates(need):
            try:
                server, offer = stack.enter_context(opening())
            except (psycopg.Error, ScratchError, OSError) as error:
                refusals.append(f"{name}: {_reason(error)}")
                continue
            missing = offer.misses(need)
            if not missing:
                yield server
                return
            refusals.append(f"{name}: {missing}")
        raise ScratchError(
            f"no scratch server of PostgreSQL {need.major} can hold what the plan touches",
            detail=(*refusals, *_passed_over(need)),
            advice=_ADVICE_ALONE if need.alone else _ADVICE,
        )


_ADVICE = "set [shadow] url_env to a server that can, or FABERDB_PG_BIN to a folder with its programs"
_ADVICE_ALONE = "set FABERDB_PG_BIN to a folder with the programs of a server that can"

Opened = AbstractContextManager[tuple[ScratchServer, Offer]]


def _candidates(need: Need) -> Iterable[tuple[str, Callable[[], Opened]]]:
    """What there is to try, in the order in which a plan wants it, less what [shadow] server rules out."""
    if need.shadow and not need.alone:
        shadow = need.shadow
        yield "[shadow] url_env", lambda: _on_server(shadow, "the server of [shadow] url_env", need)
    found = [b for b in find(need.bin_setting, need.path) if b.major == need.major]
    kinds = {"binaries", "target", "embedded"} if need.shadow_kind in (None, "auto") else {need.shadow_kind}
    if "binaries" in kinds:
        for binaries in (b for b in found if b.source != EMBEDDED):
            yield f"PostgreSQL programs in {binaries.bin}", _own(binaries, need)
    # Nothing is created on a protected server, not even for a moment.
    if "target" in kinds and not need.protected and not need.alone:
        beside = "a scratch database on the same server"
        yield beside, lambda: _on_server(need.target, beside, need)
    if "embedded" in kinds:
        for binaries in (b for b in found if b.source == EMBEDDED):
            yield f"embedded PostgreSQL {binaries.major}", _own(binaries, need)


def _passed_over(need: Need) -> Iterator[str]:
    """Why what could have been tried was not, a line for each."""
    kinds = {"binaries", "target", "embedded"} if need.shadow_kind in (None, "auto") else {need.shadow_kind}
    found = find(need.bin_setting, need.path)
    if need.alone:
        yield "other servers: not tried, since what the files do there could outlast the trial"
    elif not need.shadow:
        yield "[shadow] url_env: not set"
    for kind, name in (
        ("binaries", "PostgreSQL programs of this machine"),
        ("target", "a scratch database on the same server"),
        ("embedded", "the embedded PostgreSQL"),
    ):
        there = {b.major for b in found if (b.source == EMBEDDED) == (kind == "embedded")}
        if kind not in kinds:
            yield f'{name}: not tried, since [shadow] server = "{need.shadow_kind}"'
        elif kind == "target":
            if need.protected and not need.alone:
                yield f"{name}: not tried, since the environment is protected and nothing is created there"
        elif need.major not in there:
            majors = ", ".join(map(str, sorted(there)))
            yield f"{name}: none of PostgreSQL {need.major}" + (f", only of {majors}" if majors else "")


def _reason(error: Exception) -> str:
    return " ".join(words(error)) if isinstance(error, psycopg.Error) else str(error)


def _own(binaries: Binaries, need: Need) -> Callable[[], Opened]:
    """Databases on a cluster of our own; each on one to itself where what belongs to the whole cluster is planned
    for."""

    @contextmanager
    def shared() -> Iterator[tuple[ScratchServer, Offer]]:
        with scratch_cluster(binaries, need.cache, need.room) as cluster:
            offer = _prepare(cluster, need)
            with _serving(cluster.description, lambda: _made(cluster, need), Session.close, owns_roles=True) as server:
                yield server, offer

    @contextmanager
    def apart() -> Iterator[tuple[ScratchServer, Offer]]:
        with scratch_cluster(binaries, need.cache, need.room) as cluster, ExitStack() as running:
            offer, first = _prepare(cluster, need), [cluster]
            ends: dict[Session, ExitStack] = {}

            def make() -> Session:
                end = ExitStack()
                running.push(end)
                own = first.pop() if first else end.enter_context(scratch_cluster(binaries, need.cache, need.room))
                if own is not cluster:
                    _prepare(own, need)
                session = _made(own, need)
                ends[session] = end
                return session

            def remove(session: Session) -> None:
                session.close()
                ends.pop(session).close()

            with _serving(cluster.description, make, remove, owns_roles=True) as server:
                yield server, offer

    return shared if need.asked is None else apart


def _prepare(cluster: ScratchCluster, need: Need) -> Offer:
    """Give a cluster of our own what belongs to all its databases and is not planned for."""
    with closing(Session.open(cluster.conninfo("template1"), "the scratch cluster", read_only=False)) as keeper:
        keeper.execute(f"create role {OWNER} superuser login")
        keeper.mirror_roles((role for role in need.roles if not need.plans("role", role)), need.superusers)
        cluster.add_tablespaces(n for n in need.tablespaces if not need.plans("tablespace", n))
        return Offer.of(keeper, need)


def _made(cluster: ScratchCluster, need: Need) -> Session:
    """A session on a new database of a cluster of our own."""
    conninfo = make_conninfo(cluster.new_database(), user=OWNER)
    with scratch_session(conninfo) as session:
        if asked := need.asked:
            session.folder_for = cluster.folder_for
            session.asked = lambda address: address.path[0] != OWNER and asked(address)
        session.execute(f"alter database {ident(session.connection.info.dbname)} owner to {OWNER}")
        return session


@contextmanager
def _on_server(conninfo: str, description: str, need: Need) -> Iterator[tuple[ScratchServer, Offer]]:
    """Databases of our own on a server that is not ours."""
    if need.asked is not None:
        raise ScratchError("roles and tablespaces cannot be tried out there: they are shared with all its databases")
    keeper = Session.open(conninfo, description, read_only=False)
    with closing(keeper):
        if keeper.query("select rolcreatedb or rolsuper from pg_roles where rolname = current_user") != [(True,)]:
            raise ScratchError("the role may not create databases there")
        _sweep(keeper, conninfo)
        ((mark,),) = keeper.query(f"select {_MARK} from pg_stat_activity where pid = pg_backend_pid()")
        keeper.execute("set application_name = 'faberdb scratch'")
        offer = Offer.of(keeper, need)
        names = (f"{PREFIX}{mark}_{number}" for number in count(1))

        def make() -> Session:
            name = next(names)
            keeper.execute(f"create database {ident(name)} template template0")
            try:
                with scratch_session(make_conninfo(conninfo, dbname=name)) as session:
                    return session
            except BaseException:
                drop(name)
                raise

        def remove(session: Session) -> None:
            name = session.connection.info.dbname
            session.close()
            drop(name)

        def drop(name: str) -> None:
            drop_database(keeper, conninfo, name)

        try:
            with _serving(description, make, remove) as server:
                yield server, offer
        except BaseException:
            # Whatever came in between, that server is not ours: nothing of this session may stay on it.
            with uninterrupted(), suppress(psycopg.Error, FaberError):  # a later run looks for what is left, too
                for (name,) in keeper.query(_BY_NAME, f"{PREFIX}{mark}_"):
                    drop(name)
            raise


_BY_NAME = "select datname from pg_database where starts_with(datname, %s)"
_MARK = "pid || '_' || (extract(epoch from backend_start) * 1000000)::bigint"
"""SQL for what tells the session that a scratch database belongs to from every other, earlier and later ones."""


def _sweep(keeper: Session, conninfo: str) -> None:
    """Drop what a run that was killed left behind: scratch databases of this role whose session is gone."""
    left = keeper.query(
        "select d.datname from pg_database d where d.datdba = (select oid from pg_roles where rolname = current_user)"
        f" and d.datname ~ '^{PREFIX}[0-9]+_[0-9]+_[0-9]+$' and not exists (select from pg_stat_activity"
        f" where starts_with(d.datname, '{PREFIX}' || {_MARK} || '_'))"
    )
    for (name,) in left:
        drop_database(keeper, conninfo, name)


def drop_database(keeper: Session, conninfo: str, name: str) -> None:
    """Drop a database of ours, which the server refuses as long as there is a subscription in it. conninfo: of any
    database of that server. Raises psycopg.Error."""
    inside = "from pg_subscription s join pg_database d on d.oid = s.subdbid where d.datname = %s"
    subscriptions = keeper.query(f"select s.subname, s.subenabled {inside}", name)
    if subscriptions:
        with closing(Session.open(make_conninfo(conninfo, dbname=name), "a scratch database", read_only=False)) as left:
            for subscription, enabled in subscriptions:
                alter = f"alter subscription {ident(subscription)}"
                off = f"{alter} disable; " if enabled else ""
                left.execute(f"{off}{alter} set (slot_name = none); drop subscription {ident(subscription)}")
    keeper.execute(f"drop database if exists {ident(name)} with (force)")


@contextmanager
def scratch_session(conninfo: str) -> Iterator[Session]:
    """A session on a scratch database, which stays open where nothing goes wrong: without what such a database can do
    without, where the role may switch it off, out of reach of foreign servers, and with the queries of the catalogue
    prepared."""
    session = Session.open(conninfo, "the scratch database", read_only=False)
    try:
        session.prepared = Prepared()
        session.execute(
            "set check_function_bodies = off; set synchronous_commit = off; set client_min_messages = error;"
            f" {closed_off()}"
        )
        yield session
    except BaseException:
        session.close()
        raise
