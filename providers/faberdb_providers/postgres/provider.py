"""PostgreSQL behind the entry point `faberdb.providers`: what the engine can ask of a database engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from faberdb.errors import DatabaseError
from faberdb.model import Address, Change, Kept, Object, Statement, Work
from faberdb_providers.postgres import quarantine
from faberdb_providers.postgres.kinds import KINDS
from faberdb_providers.postgres.kinds.acl import DATABASE
from faberdb_providers.postgres.kinds.base import PostgresKind
from faberdb_providers.postgres.names import ident
from faberdb_providers.postgres.servers import embedded
from faberdb_providers.postgres.servers.binaries import find
from faberdb_providers.postgres.session import Session, words
from faberdb_providers.postgres.shadow import Need, ScratchServer, open_scratch
from faberdb_providers.postgres.target import Target


class PostgresProvider:
    """Everything faberdb knows about PostgreSQL."""

    name = "postgresql"
    kinds: tuple[PostgresKind, ...] = KINDS
    need = Need
    """What `scratch` is asked with."""

    def connect(self, conninfo: str, label: str, *, read_only: bool) -> Session:
        """A session on a database. Raises DatabaseError."""
        return Session.open(conninfo, label, read_only=read_only)

    def target(self, session: Session) -> Target:
        """The session as one that may change things."""
        return Target(session.connection, session.label)

    def embedded(self, folder: Path, name: str, bin_setting: str | None, path: str, major: int | None) -> str:
        """Start the embedded server of a folder, which is made when it is missing; returns the connection string of
        the database `name` in it. Raises DatabaseError."""
        base = embedded.ensure_running(folder, find(bin_setting, path), major)
        with psycopg.connect(make_conninfo(base, dbname="postgres"), autocommit=True) as keeper:
            if not keeper.execute("select 1 from pg_database where datname = %s", (name,)).fetchone():
                with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                    keeper.execute(f"create database {ident(name)}".encode())
        return make_conninfo(base, dbname=name)

    def embedded_running(self, folder: Path) -> bool:
        return embedded.is_running(folder)

    def stop_embedded(self, folder: Path) -> bool:
        """Stop the embedded server of a folder; False if it did not run. Raises DatabaseError."""
        return embedded.stop(folder)

    def create_database(self, conninfo: str, label: str, *, dry_run: bool) -> str:
        """Make the database that the connection string names, where it is missing; returns its name, or nothing if it
        was there. Raises DatabaseError."""
        name = str(conninfo_to_dict(conninfo).get("dbname") or "")
        for keeper_name in ("postgres", "template1"):
            try:
                with psycopg.connect(make_conninfo(conninfo, dbname=keeper_name), autocommit=True) as keeper:
                    if keeper.execute("select 1 from pg_database where datname = %s", (name,)).fetchone():
                        return ""
                    if not dry_run:
                        keeper.execute(f"create database {ident(name)}".encode())
                    return name
            except psycopg.OperationalError:
                continue
            except psycopg.Error as error:
                raise DatabaseError(f"cannot create the database of {label}", detail=words(error)) from None
        Session.open(conninfo, label, read_only=True).close()
        return ""

    def scratch(self, need: Need) -> AbstractContextManager[ScratchServer]:
        """A scratch server that can hold what is needed. Raises ScratchError."""
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

    def complete(self, declared: Mapping[Address, Object]) -> dict[Address, Object]:
        """The declaration with what it implies: the schema of every object it declares."""
        first: dict[str, Object] = {}
        for obj in declared.values():
            if obj.address.kind not in (
                "schema",
                "extension",
                "comment",
                "grant",
                "owner",
                "default_privilege",
                "privilege",
            ):
                first.setdefault(obj.address.path[0], obj)
        schemas = {Address("schema", (name,)): obj for name, obj in first.items()}
        implied = {a: Object(a, {}, origin=obj.origin) for a, obj in schemas.items() if a not in declared}
        return {**implied, **declared}

    def grantee(self, address: Address) -> str | None:
        """Whose privileges an object of this address is; None for what is no privilege."""
        return _KIND[address.kind].grantee(address)

    def with_roles(self, objects: Mapping[Address, Object], names: Mapping[str, str]) -> dict[Address, Object]:
        """The objects with roles under the names that another environment has for them."""

        def called(role: str) -> str:
            return names.get(role, role)

        renamed = {a: _KIND[a.kind].with_roles(o, called) for a, o in objects.items()} if names else dict(objects)
        moved = {a: o.address for a, o in renamed.items() if o.address != a}

        def elsewhere(address: Address) -> Address:
            kind = _KIND.get(address.kind)
            return moved.get(address) or (kind.elsewhere(address, called) if kind else address)

        if names:
            for address, obj in renamed.items():
                references = frozenset(map(elsewhere, obj.references))
                if references != obj.references:
                    renamed[address] = replace(obj, references=references)
        return {obj.address: obj for obj in renamed.values()}

    def as_declared(self, objects: Mapping[Address, Object], names: Mapping[str, str]) -> dict[Address, Object]:
        """An environment's objects with the names that the declaration has for its roles. Raises DatabaseError where
        one of them is there another role's."""
        back = {there: name for name, there in names.items()}

        def note(role: str) -> str:
            if role in names and role not in back:
                raise DatabaseError(
                    f"the role {ident(role)} cannot be written, because the declaration calls {ident(names[role])} so",
                    advice="give it a name of its own in [environments.NAME.roles] of faberdb.toml",
                )
            return role

        if names:
            for obj in objects.values():
                _KIND[obj.address.kind].with_roles(obj, note)
        return self.with_roles(objects, back)

    def here(
        self, session: Session, declared: Mapping[Address, Object], names: Mapping[str, str]
    ) -> dict[Address, Object]:
        """The declaration as it is meant for the session's database: with that environment's names of roles, and with
        the owner of the database called so."""
        translated = self.with_roles(declared, names)
        owners = [address for address in translated if address.kind == "owner"]
        if owners:
            of_database = session.database_owner()
            for address in owners:
                if translated[address].attributes["role"] == of_database:
                    translated[address] = replace(translated[address], attributes={"role": DATABASE})
        return translated

    def require_roles(self, session: Session, declared: Mapping[Address, Object]) -> frozenset[str]:
        """The roles that the declaration names, all of which the session's server has. Raises DatabaseError."""
        named: dict[str, Object] = {}
        made = {address.path[0] for address in declared if address.kind == "role"}
        for obj in declared.values():

            def note(role: str, obj: Object = obj) -> str:
                named.setdefault(role, obj)
                return role

            _KIND[obj.address.kind].with_roles(obj, note)
        there = session.roles() if named else set()
        lacking = {role: obj for role, obj in named.items() if role not in there | made and not role.startswith("pg_")}
        if lacking:
            raise DatabaseError(
                f"the server of {session.label} has no role {', '.join(map(ident, sorted(lacking)))}",
                detail=tuple(
                    f"{ident(role)} is named by {obj.address}" + (f" in {obj.origin.file}" if obj.origin else "")
                    for role, obj in sorted(lacking.items())
                ),
                advice="create the role there, or give its name there in [environments.NAME.roles] of faberdb.toml",
            )
        return frozenset(named)

    def platform(self, address: Address) -> bool:
        """Objects that every database has, which are not dropped because nobody declared them."""
        return address == Address("schema", ("public",))

    def place_for(self, change: Change, form: str, number: int, work: Work) -> Kept:
        return quarantine.place_for(change, form, number, work)

    def prepare(self, kept: Iterable[Kept]) -> Iterable[Statement]:
        return quarantine.prepare(kept)


_KIND = {kind.name: kind for kind in KINDS}
provider = PostgresProvider()
