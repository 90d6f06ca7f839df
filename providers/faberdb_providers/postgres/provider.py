"""PostgreSQL behind the entry point `faberdb.providers`: what the engine can ask of a database engine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from faberdb.errors import DatabaseError
from faberdb.model import (
    Address,
)
from faberdb_providers.postgres import coverage
from faberdb_providers.postgres.server_wide import of_server, refuse_in_use

if TYPE_CHECKING:
    from faberdb.model import (
        Change,
        Explanation,
        FormerDatabase,
        HealthFinding,
        InQuarantine,
        Kept,
        KeptBytes,
        Leaning,
        Limits,
        Object,
        Script,
        Seeds,
        Statement,
        Step,
        Thresholds,
        Trial,
        Unmanaged,
        Work,
    )
    from faberdb_providers.postgres.kinds.base import PostgresKind
    from faberdb_providers.postgres.reading.service import Service
    from faberdb_providers.postgres.seeding.seeding import Seeding
    from faberdb_providers.postgres.server_wide import Asked
    from faberdb_providers.postgres.session import Session
    from faberdb_providers.postgres.shadow import Need, ScratchServer
    from faberdb_providers.postgres.target import Target
    from faberdb_providers.postgres.whole.exchange import Exchange
    from faberdb_providers.postgres.whole.frozen import Frozen

# What a method needs is loaded in it: a plan that finds nothing changed needs no kinds, and who only reads schema files
# no driver.


class PostgresProvider:
    """Everything faberdb knows about PostgreSQL."""

    name = "postgresql"
    coverage = coverage

    @cached_property
    def kinds(self) -> tuple[PostgresKind, ...]:
        """All kinds of objects."""
        from faberdb_providers.postgres.kinds import KINDS

        return KINDS

    @cached_property
    def hazards(self) -> Mapping[str, Explanation]:
        """The catalogue of hazards, by code."""
        from faberdb_providers.postgres.hazards.catalogue import catalogue

        return catalogue()

    def unreadable(self, conninfo: str) -> tuple[str, str]:
        """Why a connection string cannot be used, without a word of it, and how to write it; empty where it can."""
        from faberdb_providers.postgres.refusal import ENCODING, unreadable

        why = unreadable(conninfo)
        return why, f"{ENCODING}; in key='value' form, write values with blanks in quotes" if why else ""

    def lost(self, error: Exception, label: str) -> DatabaseError | None:
        """What to say of an error that means that the connection is gone, wherever it came up; None for all others."""
        import psycopg

        from faberdb_providers.postgres.refusal import connection_lost, lost

        if not (isinstance(error, psycopg.Error) and lost(error)):
            return None
        return connection_lost(f"work with {label}", error)

    def connect(
        self, conninfo: str, label: str, *, read_only: bool, asked: Asked | None = None, service: Service | None = None
    ) -> Session:
        """A session on a database. asked: which objects of the whole server it is to see; service: whose own objects it
        is not to see. Raises DatabaseError."""
        from faberdb_providers.postgres.session import Session

        session = Session.open(conninfo, label, read_only=read_only)
        session.asked, session.service = asked, service
        return session

    def target(self, session: Session) -> Target:
        """The session as one that may change things, and until it does waits no longer than one that reads."""
        from faberdb_providers.postgres.prepared import Prepared
        from faberdb_providers.postgres.target import Target
        from faberdb_providers.postgres.waiting import limit

        limit(session.connection, statement=False)
        target = Target(session.connection, session.label)
        target.asked, target.service, target.stored = session.asked, session.service, session.stored
        target.prepared = Prepared()  # the catalogue is read before, within and after what it changes
        return target

    def service(self, hosting: str, declared: Callable[[Address], bool]) -> Service | None:
        """The managed service behind a hosting; None where there is none. declared: whether the project declares an
        object by its name."""
        from faberdb_providers.postgres.reading.service import Service

        return Service.of(hosting, declared)

    def embedded(
        self, folder: Path, name: str, bin_setting: str | None, path: str, major: int | None, *, make: bool = True
    ) -> str:
        """Start the embedded server of a folder, which is made when it is missing; returns the connection string of
        the database `name` in it, which is made too where `make` says so. Raises DatabaseError."""
        from faberdb_providers.postgres.databases import embedded_database

        return embedded_database(folder, name, bin_setting, path, major, make=make)

    def embedded_running(self, folder: Path) -> bool:
        from faberdb_providers.postgres.servers import embedded

        return embedded.is_running(folder)

    def stop_embedded(self, folder: Path) -> bool:
        """Stop the embedded server of a folder; False if it did not run. Raises DatabaseError."""
        from faberdb_providers.postgres.servers import embedded

        return embedded.stop(folder)

    def create_database(self, conninfo: str, label: str) -> str:
        """Make the database that the connection string names, where it is missing; returns its name, or nothing if it
        was there. Raises DatabaseError."""
        from faberdb_providers.postgres.databases import create_database

        return create_database(conninfo, label)

    def drop_database(self, conninfo: str, label: str) -> None:
        """Drop the database that the connection string names, if nobody is connected to it. Raises DatabaseError."""
        from faberdb_providers.postgres.databases import drop_database

        drop_database(conninfo, label)

    def empty_like(self, conninfo: str) -> tuple[str, str]:
        """What the database that a connection string names will be when it is made: how to reach the one that it will
        be a copy of, and its own name."""
        from faberdb_providers.postgres.databases import empty_like

        return empty_like(conninfo)

    def frozen(self, session: Session) -> AbstractContextManager[Frozen]:
        """One moment of the session's database, held for a backup. Raises DatabaseError, LockedError."""
        from faberdb_providers.postgres.whole.frozen import frozen

        return frozen(session)

    def rows_of(self, session: Session) -> dict[str, int]:
        """How many rows each table of the session's database has. Raises DatabaseError, LockedError."""
        from faberdb_providers.postgres.whole.frozen import rows_of

        return rows_of(session)

    def exchange(self, conninfo: str, label: str, *, read_only: bool = False) -> AbstractContextManager[Exchange]:
        """The server of a connection string, for putting another database in the place of the one that it names, or
        only looking what there is. Raises DatabaseError."""
        from faberdb_providers.postgres.whole.exchange import exchange

        return exchange(conninfo, label, read_only=read_only)

    def former(self, session: Session) -> list[FormerDatabase]:
        """The databases that restores have put aside which were the session's database. Raises DatabaseError."""
        from faberdb_providers.postgres.waiting import reading
        from faberdb_providers.postgres.whole.former import former

        with reading(session.connection, "which databases are kept"):
            return former(session.query, session.connection.info.dbname)

    def clear_for(self, session: Session, role: str) -> None:
        """Empty a scratch database of what it begins with, and make a role its owner. Raises DatabaseError."""
        from faberdb_providers.postgres.databases import clear_for

        clear_for(session, role)

    def need(self, **wanted: Any) -> Need:
        """What `scratch` is asked with; the fields of Need say what there is to say."""
        from faberdb_providers.postgres.shadow import Need

        return Need(**wanted)

    def scratch(self, need: Need) -> AbstractContextManager[ScratchServer]:
        """A scratch server that can hold what is needed. Raises ScratchError."""
        from faberdb_providers.postgres.shadow import open_scratch

        return open_scratch(need)

    def new_extensions(self, session: Session, declared: Mapping[Address, Object]) -> dict[str, str]:
        """The declared extensions that the session's database does not have, with the version its server would install.

        Raises DatabaseError for one that the server does not offer.
        """
        names = {address.path[0] for address in declared if address.kind == "extension"}
        new = names - session.extensions().keys() if names else names
        if not new:
            return {}
        offered = session.available_extensions()
        if lacking := sorted(new - offered.keys()):
            raise DatabaseError(
                f"the server of {session.label} does not offer the extension {', '.join(lacking)}",
                advice="install its package on that server, or take it out of the declaration",
            )
        return {name: offered[name] for name in new}

    def complete(
        self, declared: Mapping[Address, Object], beside: Mapping[Address, Object] | None = None
    ) -> dict[Address, Object]:
        """The declaration with what it implies: the schema of every object it declares, and what only the whole
        declaration tells. beside: what is declared besides, as live objects. Raises DeclarationError."""
        from faberdb_providers.postgres.declaring import complete

        return complete(declared, beside)

    def grantee(self, address: Address) -> str | None:
        """Whose privileges an object of this address is; None for what is no privilege."""
        from faberdb_providers.postgres.roles import grantee

        return grantee(address)

    def with_roles(self, objects: Mapping[Address, Object], names: Mapping[str, str]) -> dict[Address, Object]:
        """The objects with roles under the names that another environment has for them."""
        from faberdb_providers.postgres.roles import with_roles

        return with_roles(objects, names)

    def as_declared(self, objects: Mapping[Address, Object], names: Mapping[str, str]) -> dict[Address, Object]:
        """An environment's objects with the names that the declaration has for its roles. Raises DatabaseError."""
        from faberdb_providers.postgres.roles import as_declared

        return as_declared(objects, names)

    def here(
        self, session: Session, declared: Mapping[Address, Object], names: Mapping[str, str]
    ) -> dict[Address, Object]:
        """The declaration as it is meant for the session's database."""
        from faberdb_providers.postgres.roles import here

        return here(session, declared, names)

    def held_by_owning(
        self, session: Session, declared: Mapping[Address, Object], live: Mapping[Address, Object]
    ) -> dict[Address, str]:
        """Declared privileges that the owner of what they are on has anyway, each with the role."""
        from faberdb_providers.postgres.roles import held_by_owning

        return held_by_owning(session, declared, live)

    def require_roles(self, session: Session, declared: Mapping[Address, Object]) -> frozenset[str]:
        """The roles that the declaration names, all of which the session's server has. Raises DatabaseError."""
        from faberdb_providers.postgres.roles import require_roles

        return require_roles(session, declared)

    of_server = staticmethod(of_server)

    def refuse_in_use(
        self,
        session: Session,
        changes: Mapping[Address, Change],
        steps: Sequence[Step],
        renames: Sequence[tuple[Object, Object]],
    ) -> None:
        """Raises RefusedError where a plan takes away what others need: other databases of the server, or what waits in
        quarantine."""
        from faberdb_providers.postgres.holding_on import refuse_held

        refuse_in_use(session, changes)
        refuse_held(session, steps, renames)

    def held(
        self, session: Session, renames: Iterable[tuple[Object, Object]], kept: Iterable[Kept]
    ) -> frozenset[Address]:
        """What something that waits in quarantine needs, less what is kept to come back now."""
        from faberdb_providers.postgres.holding_on import held_addresses

        return held_addresses(session, renames, kept)

    def large(self, session: Session, tables: Iterable[Address]) -> frozenset[Address]:
        """Those of the tables that take more than a moment to read."""
        from faberdb_providers.postgres.live.large import large

        return large(session.connection, tables)

    def platform(self, address: Address) -> bool:
        """Objects that every database has, which are not dropped because nobody declared them."""
        return address == Address("schema", ("public",))

    def left_alone(
        self, declared: Mapping[Address, Object], live: Mapping[Address, Object]
    ) -> dict[Address, Unmanaged | None]:
        """Live objects that a declaration leaves to others, with what a plan says of them: partitions that a job
        makes, and all that hangs on them."""
        from faberdb_providers.postgres.kinds.lineage import children_left_alone

        return children_left_alone(declared, live)

    def weighed(self, steps: Sequence[Step]) -> tuple[Step, ...]:
        """The steps of a plan with risk and hazards as they were measured."""
        from faberdb_providers.postgres.hazards.catalogue import level_of
        from faberdb_providers.postgres.measuring.weighing import weighed

        return weighed(steps, level_of)

    def estimated(
        self,
        session: Session,
        steps: Sequence[Step],
        renames: Sequence[tuple[Object, Object]],
        kept: Sequence[Kept] = (),
    ) -> tuple[tuple[Step, ...], KeptBytes | None, list[str]]:
        """The steps of a plan with what they will have to do, as the statistics of the session's database tell; how
        much goes to quarantine of what is kept, None where that is nothing or not known; and what is to be said of this
        moment: who is in the way of the plan. It fails no plan: what could not be looked at is said."""
        from faberdb_providers.postgres.live.outlook import outlook

        return outlook(session.connection, steps, renames, kept)

    def with_live_rows(self, session: Session, steps: Sequence[Step], limits: Limits | None) -> tuple[Step, ...]:
        """The steps of a plan, with what live rows are in the way of each, asked READ ONLY. limits: of one question;
        None where nothing is to be asked. Raises ConnectionLostError, DatabaseError."""
        if not any(step.statement.probe or step.statement.untold for step in steps):
            return tuple(steps)
        from faberdb_providers.postgres.live.rows import with_live_rows

        return with_live_rows(session, steps, limits)

    def health(self, session: Session, thresholds: Thresholds, today: date) -> list[HealthFinding]:
        """What is to be said of the health of the session's database and its server, one finding a check, asked READ
        ONLY in two round trips. thresholds: by the key of [health]; today: in UTC. It raises nothing for what a server
        can say: what could not be looked at is unknown."""
        from faberdb_providers.postgres.health.looking import look

        return look(session, thresholds, today)

    def place_for(self, change: Change, form: str, number: int, work: Work) -> Kept | None:
        from faberdb_providers.postgres import quarantine

        return quarantine.place_for(change, form, number, work)

    def prepare(self, kept: Iterable[Kept]) -> Iterable[Statement]:
        from faberdb_providers.postgres import quarantine

        return quarantine.prepare(kept)

    def in_quarantine(self, session: Session, *, counted: bool = False) -> list[InQuarantine]:
        """What is in each place of quarantine. counted: with the number of rows. Raises DatabaseError, LockedError."""
        from faberdb_providers.postgres.purging import in_quarantine

        return in_quarantine(session, counted=counted)

    def leaning(self, session: Session, places: Collection[str]) -> list[Leaning]:
        """What outside of these places of quarantine needs what is in them."""
        from faberdb_providers.postgres.purging import leaning

        return leaning(session, places)

    def purge_steps(self, session: Session, places: Collection[str]) -> tuple[Step, ...]:
        """The steps that destroy what is in these places of quarantine, in one transaction."""
        from faberdb_providers.postgres.purging import purge_steps

        return purge_steps(session, places)

    def seeding(self, session: Session, seeds: Seeds, search_path: Sequence[str]) -> Seeding:
        """Seed files for the session's database. search_path: where unqualified names of tables are looked up. Raises
        DeclarationError for SQL files that cannot be part of one transaction."""
        from faberdb_providers.postgres.seeding.seeding import Seeding

        return Seeding(session, seeds, search_path)

    def script(self, text: str) -> Script:
        """The statements of an SQL file."""
        from faberdb_providers.postgres.statements.split import split

        return split(text)

    def run_script(self, scratch: Session, text: str) -> tuple[int, tuple[str, ...]] | None:
        """Run an SQL file on a scratch database. Returns None, or the line and the server's words for the statement
        that failed."""
        from faberdb_providers.postgres.script.unjudged import run_script

        return run_script(scratch, text)

    def settings(self, session: Session) -> dict[str, str]:
        """The settings that every session of the session's role begins with, as far as `trial` follows them."""
        from faberdb_providers.postgres.script.trial import settings_of

        return settings_of(session)

    def trial(self, scratch: Session, settings: Mapping[str, str]) -> Trial:
        """A scratch database, as what SQL files are run on. settings: those that its sessions are to begin with."""
        from faberdb_providers.postgres.script.trial import ScriptTrial

        return ScriptTrial(scratch, settings)

    def newest(self, bin_setting: str | None, path: str) -> int:
        """The newest major of the servers of this machine. Raises DatabaseError where there is none."""
        from faberdb_providers.postgres.servers.binaries import newest

        return newest(bin_setting, path)


provider = PostgresProvider()
