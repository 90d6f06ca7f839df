"""What a database may be asked to become besides the schema files: another environment, SQL files, the schema files of
a git revision. All take the same road: a real server says what they stand for."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from faberdb.cli.half_way import refuse_half_way
from faberdb.cli.left_out import refuse_left_out
from faberdb.cli.workspace import Workspace, environment_named
from faberdb.config.project import Environment
from faberdb.declare.load import load
from faberdb.errors import ConfigError, DeclarationError
from faberdb.model import Address, Object

FORMS = "the name of an environment, `sql:FOLDER`, `git:REVISION` or `declared`"


@dataclass(frozen=True, slots=True)
class Desired:
    """What a source wants: declared objects, or canonical ones."""

    canonical: Mapping[Address, Object] | None = None
    declared: Mapping[Address, Object] = field(default_factory=dict)


def desired(workspace: Workspace, environment: Environment, source: str, scratch: Callable[[], Any]) -> Desired:
    """What a source wants, of what is managed in an environment. Raises ConfigError for one that is none,
    DeclarationError for files that do not hold up, DatabaseError for an environment that cannot be reached."""
    kind, colon, rest = source.partition(":")
    if kind == "sql" and colon:
        return Desired(workspace.extent.managed_objects(_of_sql(workspace, rest, scratch()), environment))
    if kind == "git" and colon:
        with _checkout(workspace, rest) as folder:
            found = load(folder, workspace.provider.kinds, workspace.project.search_path)
            return Desired(declared=dict(found.objects))
    if source == "declared":
        objects = dict(workspace.declaration().objects)
        refuse_left_out(workspace, objects)
        return Desired(declared=objects)
    if source in workspace.project.environments:
        there = environment_named(workspace, source)
        with workspace.session(there) as session:
            session.refuse_under_way()
            objects, (state, _) = session.inspect().objects, workspace.state(there)
            live = workspace.extent.managed_objects(objects, there)
            refuse_half_way(workspace.standing(there, session, state, live), live, source)
            return Desired(workspace.extent.managed_objects(objects, environment))
    raise ConfigError(
        f"`{source}` is nothing that a database could become", advice=f"give {FORMS}; environments: {_names(workspace)}"
    )


def _names(workspace: Workspace) -> str:
    return ", ".join(sorted(workspace.project.environments)) or "none"


def _of_sql(workspace: Workspace, folder: str, scratch: Any) -> Mapping[Address, Object]:
    """The catalogue that the *.sql files of a folder make, run in the order of their names."""
    files = sql_files(workspace.project.root / folder)
    with scratch.database() as database:
        for file in files:
            run_file(file, workspace.provider, database)
        found: Mapping[Address, Object] = database.inspect().objects
        return found


def sql_files(folder: Path) -> list[Path]:
    """The *.sql files of a folder in the order of their names, or the one file. Raises DeclarationError where there are
    none."""
    files = [folder] if folder.is_file() else sorted(folder.rglob("*.sql"))
    if not files:
        raise DeclarationError(
            "there are no SQL files", where=str(folder), advice="name a folder that holds *.sql, or one such file"
        )
    return files


def run_file(file: Path, provider: Any, database: Any) -> None:
    """Run an SQL file on a scratch database. Raises DeclarationError where it cannot be read, or is not accepted."""
    failed = provider.run_script(database, text_of(file))
    if failed is not None:
        line, words = failed
        raise DeclarationError(
            "PostgreSQL does not accept the SQL",
            where=f"{file}:{line}",
            detail=words,
            advice="correct the file; it was run on a scratch server, nothing was changed on any database",
        )


def text_of(file: Path) -> str:
    """What an SQL file holds. Raises DeclarationError where it cannot be read."""
    try:
        return file.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise DeclarationError("the file cannot be read", where=str(file), detail=(str(error),)) from None


@contextmanager
def _checkout(workspace: Workspace, revision: str) -> Iterator[Path]:
    """The schemas folder as it is in a revision, in a folder of its own."""
    schemas = workspace.project.schemas.resolve()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="faberdb-")))
        command = ["git", "-C", str(schemas.parent), "archive", "--format=tar", revision, "--", schemas.name]
        try:
            done = subprocess.run(command, capture_output=True, check=False, timeout=60)
        except OSError as error:
            raise ConfigError("git cannot be run", detail=(str(error),), advice="install git") from None
        if done.returncode:
            raise ConfigError(
                f"git has no schema files in revision `{revision}`",
                where=str(workspace.project.schemas),
                detail=tuple(done.stderr.decode(errors="replace").strip().splitlines()),
                advice="name a commit, branch or tag in which the folder is committed",
            )
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            archive.extractall(folder, filter="data")
        yield folder / schemas.name
