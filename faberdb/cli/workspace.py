"""What commands share: the project, its provider and state, and sessions on its databases."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from faberdb import plugins
from faberdb.cli.extent import Extent
from faberdb.cli.json_schemas import restore_json_schemas
from faberdb.cli.known_hazards import refuse_unknown
from faberdb.cli.scratch_door import ScratchDoor
from faberdb.config.environment import surroundings
from faberdb.config.project import load
from faberdb.declare.source import place_of
from faberdb.errors import BrokenStateError, ConfigError, FaberError, NoDatabaseError, StateError
from faberdb.model import Address, Origin

if TYPE_CHECKING:
    from faberdb.config.environment import Surroundings
    from faberdb.config.project import Environment, Project
    from faberdb.declare.load import Declaration
    from faberdb.model import Object, StoredJournal
    from faberdb.plan.standing import Standing
    from faberdb.plan.state import State
    from faberdb.store import StateStore

GENERATED = ".faberdb"
"""Folder in the project for what faberdb can make again, and for embedded databases."""


@dataclass
class Workspace:
    """A project in its surroundings."""

    project: Project
    surroundings: Surroundings
    standing_in: Mapping[str, str] = field(default_factory=dict, repr=False)
    """How to reach what is looked at instead of an environment's own database, by environment."""
    only_looks: bool = False
    """Whether nothing may be made, not even an embedded database that is missing: that one is lost is to be seen."""
    makes: bool = False
    """Whether an embedded database that is missing is made even where the state knows one. Without that, only the first
    one is made unasked: a plan must not take an empty database for the one that was lost."""

    @classmethod
    def find(cls, start: Path) -> Workspace:
        """The project of a folder or one above it, with what its files refer editors to. Raises ConfigError."""
        project = load(start)
        restore_json_schemas(project.root / GENERATED)
        return cls(project, surroundings())

    @cached_property
    def provider(self) -> Any:
        """What knows the project's database engine. Raises ConfigError."""
        return plugins.load("faberdb.providers", self.project.engine, "[database] engine")

    @cached_property
    def store(self) -> StateStore:
        """Where the state is kept. Raises ConfigError."""
        made: StateStore = plugins.load("faberdb.state", self.project.state.backend, "[state] backend")(
            self.project.state.path
        )
        return made

    @cached_property
    def extent(self) -> Extent:
        """What of a database the project manages."""
        return Extent(self.project, self.provider, self.declaration)

    @property
    def holder(self) -> str:
        """Who is at work, for locks and records."""
        return self.surroundings.user

    def conninfo(self, environment: Environment) -> str:
        """How to reach an environment's database; an embedded one is started, and made where there never was one."""
        if environment.name in self.standing_in:
            return self.standing_in[environment.name]
        text = self.surroundings.connection_string(environment)
        if text is not None:
            origin = Origin(environment.origin.file, (*environment.origin.keys, "connection_string_env"))
            return self._readable(text, environment.connection_string_env, origin)
        return str(
            self.provider.embedded(
                self.folder(environment),
                _database_name(self.project.name),
                self._bin_setting,
                self._path,
                environment.server_version,
                make=not self.only_looks and (self.makes or self.store.get(environment.name) is None),
            )
        )

    def folder(self, environment: Environment) -> Path:
        """Where the embedded database of an environment lives."""
        return self.project.root / GENERATED / "postgres" / environment.name

    @contextmanager
    def session(self, environment: Environment, *, read_only: bool = True) -> Iterator[Any]:
        """A session on an environment's database. Raises DatabaseError, ConfigError, ConnectionLostError."""
        try:
            with self._session(environment, read_only=read_only) as opened:
                yield opened
        except FaberError:
            raise
        except Exception as error:
            # A connection may be lost at any question, and not each of them is asked by who expects that.
            told = self.provider.lost(error, f"environment {environment.name}")
            if told is None:
                raise
            raise told from error

    @contextmanager
    def _session(self, environment: Environment, *, read_only: bool) -> Iterator[Any]:
        try:
            opened = self.provider.connect(
                self.conninfo(environment),
                f"environment {environment.name}",
                read_only=read_only,
                asked=self.extent.asked(environment),
                service=self.extent.service(environment),
            )
        except NoDatabaseError as error:
            raise NoDatabaseError(error.message, advice=f"make it: faberdb create {environment.name}") from None
        opened.stored = self.stored_journal(environment)
        try:
            yield opened
        finally:
            opened.close()

    def online(self, environment: Environment, session: Any) -> Callable[[Set[Address]], Set[Address]]:
        """Of live tables those whose users are not to be kept waiting while rows are read."""
        if environment.online == "auto":
            return partial(self.provider.large, session)
        return (lambda tables: tables) if environment.online == "always" else (lambda tables: frozenset())

    def stored_journal(self, environment: Environment) -> StoredJournal:
        """The journal beside the state of an environment, as far as there is one."""
        from faberdb.apply.stored import StateJournal

        return StateJournal(lambda: self.store, environment.name, always=self.project.state.journal == "state")

    @contextmanager
    def scratch(self, environment: Environment, session: Any) -> Iterator[ScratchDoor]:
        """Opens the scratch server when it is first asked for, and closes it in the end."""
        with ExitStack() as stack:
            yield ScratchDoor(self.provider, session, lambda: self.need(environment, session), stack)

    def need(self, environment: Environment, session: Any) -> Any:
        """What a scratch server must offer to hold what the session sees."""
        return self.provider.need(
            major=session.version,
            installed={name: version for name, version in session.extensions().items() if name != "plpgsql"},
            new={},
            roles=frozenset(session.roles()),
            superusers=frozenset(session.superusers()),
            tablespaces=frozenset(session.tablespaces()),
            asked=self._tried_out(environment),
            target=self.conninfo(environment),
            protected=environment.protected,
            shadow=self._shadow(),
            shadow_kind=self.project.shadow.server,
            bin_setting=self._bin_setting,
            path=self._path,
            cache=self.surroundings.cache,
        )

    def _shadow(self) -> str | None:
        text = self.surroundings.shadow_string(self.project)
        origin = Origin(self.project.file, ("shadow", "url_env"))
        return None if text is None else self._readable(text, self.project.shadow.url_env, origin)

    def _readable(self, text: str, variable: str | None, origin: Origin) -> str:
        """The connection string as it is. Raises ConfigError, which repeats nothing of it, where no client reads it."""
        why, advice = self.provider.unreadable(text)
        if why:
            raise ConfigError(
                f"the variable {variable} holds a connection string that cannot be read: {why}",
                where=place_of(origin),
                advice=advice,
            )
        return text

    def _tried_out(self, environment: Environment) -> Callable[[Address], bool] | None:
        """Which objects of the whole server are made on scratch as they are planned: not the roles of a service, which
        only have to be there."""
        asked, service = self.extent.asked(environment), self.extent.service(environment)
        if asked is None or service is None:
            return asked
        return lambda a: asked(a) and (not service.role(a.path[0]) or service.declared(a))

    @property
    def _bin_setting(self) -> str | None:
        return str(self.surroundings.pg_bin) if self.surroundings.pg_bin else None

    @property
    def _path(self) -> str:
        return ":".join(map(str, self.surroundings.path))

    def declaration(self) -> Declaration:
        """What the schema files say. Raises DeclarationError."""
        from faberdb.declare.load import load as load_files

        return load_files(self.project.schemas, self.provider.kinds, self.project.search_path)

    def state(self, environment: Environment) -> tuple[State | None, str | None]:
        """The state of an environment and its version; (None, None) where there is none. Raises StateError."""
        found = self.store.get(environment.name)
        return self.parsed(environment, found), found[1] if found else None

    def parsed(self, environment: Environment, stored: tuple[bytes, str] | None) -> State | None:
        """What the store gave, as the state it stands for. Raises StateError, for a broken one with the way back to the
        last that was whole."""
        from faberdb.plan.state import from_json

        if not stored:
            return None
        where = self.store.place(environment.name)
        try:
            return from_json(stored[0], where)
        except BrokenStateError as error:
            former = self.store.former(environment.name)
            advice = f"remove it and write it anew from the database: faberdb import {environment.name}"
            if former:
                with suppress(StateError):
                    from_json(former[0], where)
                    advice = f"put the last whole one back: {former[1]}"
            raise BrokenStateError(error.message, where=where, detail=error.detail, advice=advice) from None

    def write_state(self, state: State, expected: str | None) -> str:
        """Store the state over the version it was made from. Raises StateError."""
        from faberdb.plan.state import to_json

        return self.store.put(state.environment, to_json(state), expected)

    def standing(
        self, environment: Environment, session: Any, state: State | None, live: Mapping[Address, Object]
    ) -> Standing:
        """The state with what the journal knows beyond it. Raises DatabaseError, StateError."""
        from faberdb.plan.standing import reconciled, with_unnoted

        known = {record.plan_id for record in state.applied} if state else set()
        return reconciled(state, with_unnoted(session.journal(known), session.holds), environment.name, live)


def environment_named(workspace: Workspace, name: str) -> Environment:
    """The environment. Raises ConfigError for one that only later versions can use, or whose rules cannot hold."""
    environment = workspace.project.environment(name)
    if environment.hosting not in ("embedded", "server", "aws-rds", "aws-aurora"):
        raise ConfigError(f"hosting `{environment.hosting}` is not known")
    refuse_unknown(environment.hazards, lambda: workspace.provider.hazards)
    return environment


def _database_name(project: str) -> str:
    return re.sub(r"[^a-z0-9_]", "_", project.lower())[:50] or "faberdb"


def utc_now() -> datetime:
    """The time, to whole seconds; commands read the clock here and pass it on."""
    return datetime.now(UTC).replace(microsecond=0)
