"""Bringing the rows of seed files into an environment: what `seed` and `reset` share."""

from __future__ import annotations

from collections.abc import Sequence

from faberdb.cli.backing_up import backup_before_any
from faberdb.cli.workspace import Workspace, utc_now
from faberdb.config.project import Environment
from faberdb.declare.seeds import read_seeds
from faberdb.errors import ConfigError, CutShortError
from faberdb.model import ROWS_WAIT, Limits, SeedCount, Seeds
from faberdb.policy.windows import refuse_outside
from faberdb.views.view import View


def seeds_of(workspace: Workspace) -> Seeds:
    """What the seed files of the project say. Raises DeclarationError, ConfigError where there is none."""
    seeds = read_seeds(workspace.project.seeds)
    if not (seeds.rows or seeds.scripts):
        raise ConfigError(
            "there are no seed files",
            where=workspace.project.seeds.as_posix(),
            advice="write rows as TOML (seeds.toml), CSV (country.csv) or SQL (more.sql) there",
        )
    return seeds


def looked_at(workspace: Workspace, environment: Environment, seeds: Seeds) -> tuple[Sequence[SeedCount], int]:
    """What the rows of seeds would do, asked READ ONLY, and how many statements of SQL files there are besides."""
    with workspace.session(environment) as session:
        seeding = workspace.provider.seeding(session, seeds, workspace.project.search_path)
        return seeding.look(), seeding.statements


def sow(workspace: Workspace, environment: Environment, seeds: Seeds, view: View) -> None:
    """Bring them in, under the locks of an apply and after a backup where the environment gets one. Raises what
    `Seeding.run` raises, LockedError, BackupError, RefusedError outside of maintenance windows, CutShortError."""
    token = workspace.store.lock(environment.name, {"who": workspace.holder, "operation": "seed"})
    try:
        with workspace.session(environment, read_only=False) as session:
            target = workspace.provider.target(session)
            target.lock(workspace.holder)
            refuse_outside(environment.name, environment.windows, utc_now())
            if backup_of_seeds(environment):
                backup_before_any(workspace, environment, "seed", view, session)
            seeding = workspace.provider.seeding(target, seeds, workspace.project.search_path)
            found = seeding.run(Limits(max(ROWS_WAIT, environment.lock_timeout), environment.statement_timeout))
        view.seeds(environment.name, found, done=True)
    except KeyboardInterrupt:
        raise CutShortError(
            "the seeds are one transaction: either all of it is there or nothing",
            advice=f"see which: faberdb seed {environment.name} --dry-run",
        ) from None
    finally:
        workspace.store.unlock(environment.name, token)


def backup_of_seeds(environment: Environment) -> bool:
    """Whether a backup has to be taken before an environment is seeded."""
    return environment.protected or environment.backup_before_migrate
