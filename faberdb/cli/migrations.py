"""What the migration tool of a project has not run on an environment yet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from faberdb import plugins
from faberdb.cli.workspace import Workspace, environment_named
from faberdb.errors import ConfigError
from faberdb.model import Handler, Migration

PROGRAMS = {
    "alembic": "alembic upgrade CURRENT:head --sql > pending.sql",
    "django": "manage.py sqlmigrate APP NAME > pending.sql",
    "liquibase": "liquibase update-sql > pending.sql",
}
"""Tools whose migrations are programs, or are written otherwise, and how each of them says what SQL it would run."""


def named_environment(base: Path, given: Sequence[str]) -> bool:
    """Whether what is to be linted can only be an environment: one plain word, and no file of that name."""
    return len(given) == 1 and not given[0].endswith(".sql") and "/" not in given[0] and not (base / given[0]).exists()


def pending_migrations(workspace: Workspace, name: str) -> list[Migration]:
    """What is pending on an environment, in the order of its tool. Raises ConfigError where there is no tool, or one
    whose migrations are no SQL files, and what the tool itself would stop at."""
    environment, project = environment_named(workspace, name), workspace.project
    handler = _handler(project.migration_tool, name)
    with workspace.session(environment) as session:
        rows = session.history(project.migrations.table or handler.table, handler.columns)
    return handler.pending(project.root / (project.migrations.directory or handler.directory), rows)


def _handler(tool: str, name: str) -> Handler:
    if tool == "native":
        raise ConfigError(
            "the project names no migration tool, so nothing is pending in files",
            where="faberdb.toml, `migration_tool` in [database]",
            advice=f"lint SQL files by their names: faberdb lint FILE.sql --env {name}; or see what the schema files"
            f" would change: faberdb plan {name}",
        )
    known = plugins.names("faberdb.handlers")
    if tool not in known:
        write = PROGRAMS.get(tool, "let it write the SQL that it would run to a file")
        raise ConfigError(
            f"what {tool} would run next is not known without running its program",
            where="faberdb.toml, `migration_tool` in [database]",
            advice=f"{write}; then: faberdb lint pending.sql --env {name}. Read as they are: {', '.join(known)}",
        )
    found: Handler = plugins.load("faberdb.handlers", tool, "`migration_tool` in [database]")
    return found
