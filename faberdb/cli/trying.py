"""Scratch databases to try SQL files on: a copy of an environment's catalogue, or an empty one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from faberdb import plugins
from faberdb.cli.workspace import Workspace, environment_named
from faberdb.errors import ProofError


@dataclass(frozen=True, slots=True)
class Tried:
    """A scratch database. settings: those that sessions on the real one begin with. on: what it is, in words. left:
    how many things of the real one it does not have."""

    provider: Any
    database: Any
    settings: Mapping[str, str]
    on: str
    left: int = 0


@contextmanager
def copy_of(workspace: Workspace, name: str) -> Iterator[Tried]:
    """A copy of all that an environment's catalogue holds, on a server of our own. Raises DatabaseError, ScratchError,
    ProofError."""
    from faberdb.prove.copying import Copy

    environment, provider = environment_named(workspace, name), workspace.provider
    with workspace.session(environment) as session:
        catalogue, settings = session.inspect(), provider.settings(session)
        need = workspace.need(environment, session)._replace(alone=True)
    with provider.scratch(need) as scratch, scratch.database() as database:
        kinds = {kind.name: kind for kind in provider.kinds}
        try:
            Copy(database, catalogue.objects, kinds, full=True)
        except ProofError as error:
            advice = "set FABERDB_PG_BIN to the programs of a server that has what is missing, or report this as a bug"
            raise ProofError(error.message, detail=error.detail, advice=advice) from None
        on = f"a copy of the catalogue of {name}, {scratch.description}"
        yield Tried(provider, database, settings, on, len(catalogue.unmanaged))


@contextmanager
def empty(major: int | None) -> Iterator[Tried]:
    """An empty database of a major version, or of the newest there is. Raises DatabaseError, ScratchError."""
    from faberdb.config.environment import surroundings

    here, provider = surroundings(), plugins.load("faberdb.providers", "postgresql", "faberdb lint")
    bin_setting, path = str(here.pg_bin) if here.pg_bin else None, ":".join(map(str, here.path))
    need = provider.need(
        major=major or provider.newest(bin_setting, path),
        installed={},
        new={},
        target="",
        protected=True,
        bin_setting=bin_setting,
        path=path,
        cache=here.cache,
        alone=True,
    )
    with provider.scratch(need) as scratch, scratch.database() as database:
        yield Tried(provider, database, {}, f"a database that was empty, {scratch.description}")
