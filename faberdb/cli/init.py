"""`faberdb init`: a project in this folder, empty or from a database that exists."""

from __future__ import annotations

import tomllib
from pathlib import Path

import click

from faberdb.cli.json_schemas import put_json_schemas
from faberdb.cli.options import dry_run_option, folder, shown, view_of
from faberdb.cli.workspace import GENERATED, Workspace, environment_named
from faberdb.config.environment import surroundings
from faberdb.config.project import project_of
from faberdb.declare.source import Source
from faberdb.errors import ConfigError, ExitCode, FaberError

PROJECT = """\
#:schema {generated}/project.schema.json

[project]
name = "{name}"

[database]
engine = "postgresql"

[environments.dev]                     # no connection string: faberdb runs PostgreSQL itself
auto_migrate = true
{more}"""

FROM = """
[environments.{environment}]
connection_string_env = "{variable}"
"""

FIRST = """\
#:schema ../{generated}/declaration.schema.json

schema = "public"
"""


@click.command("init")
@click.option("--from", "source", metavar="ENV", help="Also write the database of ENV as schema files.")
@click.option("--name", help="Of the project; the folder's name if nothing is said.")
@dry_run_option
@shown
@click.pass_context
def command(
    ctx: click.Context,
    source: str | None,
    name: str | None,
    dry_run: bool,
    as_json: bool,
    no_color: bool,
    verbose: int,
) -> int:
    """Begin a project in this folder. With --from ENV, the database that ENV_DATABASE_URL names is imported."""
    here = folder(ctx).resolve()
    view = view_of(None, as_json=as_json, no_color=no_color, verbose=verbose)
    file = here / "faberdb.toml"
    if file.exists() and source is None:
        raise ConfigError("there is a project here already", where=str(file), advice="edit it, or remove it first")
    texts = {} if file.exists() else {"faberdb.toml": _project(here, name, source)}
    if source is None:
        texts |= {} if (here / "schemas").exists() else {"schemas/public.toml": FIRST.format(generated=GENERATED)}
    texts |= {".gitignore": f"{GENERATED}/\n"} if not (here / ".gitignore").exists() else {}
    if not dry_run:
        _write(here, texts)
        put_json_schemas(here / GENERATED)
    view.files("would write" if dry_run else "wrote", [(name, "new") for name in texts])
    if source is not None:
        from faberdb.cli.import_ import import_database

        try:
            workspace = _workspace(here, texts if dry_run else {})
            import_database(workspace, environment_named(workspace, source), view, dry_run=dry_run)
        except FaberError:
            if dry_run:
                raise
            view.note(f"the project is begun, its database is not imported yet; then: faberdb import {source}")
            raise
    if dry_run:
        view.note("a dry run: nothing was written")
        return int(ExitCode.OK)
    view.done(f"next: edit schemas/public.toml, then `faberdb plan {source or 'dev'}`")
    return int(ExitCode.OK)


def _workspace(here: Path, texts: dict[str, str]) -> Workspace:
    """The project of the folder, or that of a faberdb.toml that is not written yet."""
    if "faberdb.toml" not in texts:
        return Workspace.find(here)
    text = texts["faberdb.toml"]
    file = here / "faberdb.toml"
    shown = file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
    return Workspace(project_of(Source(shown, text, tomllib.loads(text)), here), surroundings())


def _project(here: Path, name: str | None, source: str | None) -> str:
    more = ""
    if source is not None:
        more = FROM.format(environment=source, variable=f"{source.upper().replace('-', '_')}_DATABASE_URL")
    return PROJECT.format(name=name or here.name, more=more, generated=GENERATED)


def _write(here: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        try:
            (here / name).parent.mkdir(parents=True, exist_ok=True)
            (here / name).write_text(text, "utf-8")
        except OSError as error:
            raise ConfigError("the project cannot be written", where=str(here / name), detail=(str(error),)) from None
