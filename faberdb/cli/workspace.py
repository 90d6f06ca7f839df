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
from faberdb.cli.json_schemas import restore_json_schemas
from faberdb.cli.known_hazards import refuse_unknown
from faberdb.cli.scratch_door import ScratchDoor
from faberdb.config.environment import surroundings
from faberdb.config.pattern import pattern
from faberdb.config.project import load
from faberdb.declare.source import place_of
from faberdb.diff.forgotten import forgotten
from faberdb.errors import BrokenStateError, ConfigError, DeclarationError, FaberError, NoDatabaseError, StateError
from faberdb.model import LEFT_OUT, OF_OTHERS, OF_SERVICE, Address, Origin

if TYPE_CHECKING:
    from faberdb.config.environment import Surroundings
    from faberdb.config.project import Environment, Project
    from faberdb.declare.load import Declaration
    from faberdb.model import Catalogue, Object, StoredJournal, Unmanaged
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
    _declared_names: dict[str, frozenset[Address]] = field(default_factory=dict, repr=False)

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
                asked=self.asked(environment),
                service=self.service(environment),
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
        asked, service = self.asked(environment), self.service(environment)
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

    def managed(self, environment: Environment, objects: Mapping[Address, Object]) -> Callable[[Address], bool]:
        """Whether the project leaves one of these objects to faberdb: [project] grants by whose privileges it is,
        include and exclude by patterns of names, forget by kind:name of it or of what it belongs to."""
        ignored, service = self.grantees(environment, "ignore"), self.service(environment)
        left = forgotten(environment.forget, objects)
        of_server: Callable[[Address], bool] = self.provider.of_server
        asked = self.asked(environment)
        if not (ignored or service or left or self.project.include or self.project.exclude):
            return lambda address: not of_server(address) or (asked is not None and asked(address))

        def within(address: Address) -> bool:
            if of_server(address):
                return address not in left and asked is not None and asked(address)
            if address in left or not self.included(address):
                return False
            grantee = self.provider.grantee(address) if ignored or service else None
            of_service = service is not None and service.role(grantee) and not service.declared(address)
            return grantee not in ignored and not of_service

        return within

    def service(self, environment: Environment) -> Any:
        """The managed service that hosts an environment; None where none does."""

        known = self._declared_names

        def names() -> frozenset[Address]:
            # Read once: what is managed must not change under an apply because somebody edits a file meanwhile.
            if environment.name not in known:
                try:
                    declared = self.provider.with_roles(self.declaration().objects, environment.roles)
                    known[environment.name] = frozenset(self.provider.complete(declared))
                except FaberError:  # which those commands tell that need it
                    known[environment.name] = frozenset()
            return known[environment.name]

        return self.provider.service(environment.hosting, lambda address: address in names())

    def why_unmanaged(self, environment: Environment) -> Callable[[Address], str]:
        """Why the project leaves an address alone."""
        service = self.service(environment)

        def why(address: Address) -> str:
            theirs = service is not None and service.role(self.provider.grantee(address))
            return OF_SERVICE if theirs else LEFT_OUT

        return why

    def asked(self, environment: Environment) -> Callable[[Address], bool] | None:
        """Whether the project asks for an object of the whole server, under the name it has in an environment; None
        where it asks for none."""
        patterns = self.project.server_objects
        if not patterns:
            return None
        declared = {there: name for name, there in environment.roles.items()}

        def within(address: Address) -> bool:
            kind = self._kinds.get(address.kind)
            meant = kind.elsewhere(address, lambda role: declared.get(role, role)) if kind else address
            return bool(self.provider.of_server(address)) and self.named(meant, patterns)

        return within

    @cached_property
    def _kinds(self) -> dict[str, Any]:
        return {kind.name: kind for kind in self.provider.kinds}

    def additive(self, environment: Environment) -> Callable[[Address], bool]:
        """Whether an address is one of privileges to which somebody else may add."""
        grantees = self.grantees(environment, "additive")
        return lambda address: bool(grantees) and self.provider.grantee(address) in grantees

    def grantees(self, environment: Environment, how: str) -> frozenset[str]:
        """The grantees that [project] grants names so, as the environment calls them."""
        return frozenset(environment.roles.get(n, n) for n, mode in self.project.grants.items() if mode == how)

    def seen(self, catalogue: Catalogue, environment: Environment) -> Catalogue:
        """The catalogue without default privileges of grantees that are ignored. Their other privileges are part of it,
        outside of what is managed, and come back with what is made anew. What no kind models is left out by the same
        patterns as the rest."""
        if not (self.project.include or self.project.exclude or self.project.grants or environment.forget):
            return catalogue
        catalogue = catalogue._replace(unmanaged=tuple(map(self._why_left, catalogue.unmanaged)))
        within = self.managed(environment, catalogue.objects)
        hidden = {
            a
            for a, o in catalogue.objects.items()
            if o.parent not in catalogue.objects and self.provider.grantee(a) is not None and not within(a)
        }
        if not hidden:
            return catalogue
        return catalogue._replace(objects={a: o for a, o in catalogue.objects.items() if a not in hidden})

    def _why_left(self, item: Unmanaged) -> Unmanaged:
        known = item.reason in (OF_SERVICE, OF_OTHERS)
        return item if known or self.included(item.address) else item._replace(reason=LEFT_OUT)

    def here(self, declared: Mapping[Address, Object], environment: Environment, session: Any) -> dict[Address, Object]:
        """What is declared, with the names that its roles have in an environment."""
        translated: dict[Address, Object] = self.provider.here(session, declared, environment.roles)
        asked = self.asked(environment)
        for address, obj in translated.items():
            if self.provider.of_server(address) and not (asked and asked(address)) and obj.parent is None:
                raise DeclarationError(
                    f"{address} is declared, and belongs to the whole server, which this project does not ask for",
                    where=place_of(obj.origin) if obj.origin else "",
                    advice=f"other databases share it: if it is to be managed here, add"
                    f' `server_objects = ["{address}"]` to [project] in {self.project.file.as_posix()}',
                )
        return translated

    def included(self, address: Address) -> bool:
        """Whether include and exclude leave an address to faberdb."""
        include, exclude = self.project.include, self.project.exclude
        if not include and not exclude:
            return True
        kind = self._kinds.get(address.kind)
        if kind is not None and kind.once:  # it lies in no schema that a pattern could name
            return True
        return (not include or self.named(address, include)) and not self.named(address, exclude)

    def named(self, address: Address, patterns: tuple[str, ...]) -> bool:
        """Whether one of the patterns names an address, or what it lies in."""
        kind, path = address.kind, address.path
        if kind in ("comment", "extension_dependency", "grant", "owner", "security_label"):
            kind, path = path[0], path[1:]
        meant = Address(kind, path)
        return any(pattern(text).matches(meant, self._holders.get(kind, ())) for text in patterns)

    @cached_property
    def _holders(self) -> dict[str, tuple[str, ...]]:
        """The kinds that those of each kind can lie in; of those that are no entry of their own, all that hold any."""
        within = {kind.name: kind.within for kind in self.provider.kinds}
        holding = tuple(sorted({name for names in within.values() for name in names}))
        return {kind.name: kind.within if kind.section else holding for kind in self.provider.kinds}

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

    def managed_objects(self, objects: Mapping[Address, Object], environment: Environment) -> dict[Address, Object]:
        within = self.managed(environment, objects)
        return {a: o for a, o in objects.items() if within(a)}


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
