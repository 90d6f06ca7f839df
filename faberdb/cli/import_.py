"""`faberdb import ENV`: a database as schema files, and the state that says they are in step."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace
from pathlib import Path

import click

from faberdb.canon.forms import declared_digest, form_of
from faberdb.cli.applying import next_serial
from faberdb.cli.forms import FormFile
from faberdb.cli.json_schemas import put_json_schemas
from faberdb.cli.options import dry_run_option, shown, view_of, workspace_of
from faberdb.cli.workspace import GENERATED, Workspace, environment_named
from faberdb.config.project import Environment
from faberdb.errors import ExitCode, FaberError
from faberdb.model import Address, Catalogue, Object
from faberdb.plan.fingerprint import fingerprint
from faberdb.plan.state import State
from faberdb.prove.beside import read_only
from faberdb.views.view import View


@click.command("import")
@click.argument("environment")
@click.option("--split", is_flag=True, help="A file for each table.")
@dry_run_option
@shown
@click.pass_context
def command(
    ctx: click.Context, environment: str, split: bool, dry_run: bool, as_json: bool, no_color: bool, verbose: int
) -> int:
    """Write the database of ENVIRONMENT as schema files. Files that already say so stay as they are."""
    workspace = workspace_of(ctx)
    view = view_of(workspace, as_json=as_json, no_color=no_color, verbose=verbose)
    import_database(workspace, environment_named(workspace, environment), view, split=split, dry_run=dry_run)
    return int(ExitCode.OK)


def import_database(
    workspace: Workspace, environment: Environment, view: View, *, split: bool = False, dry_run: bool = False
) -> None:
    """Read the database, write the files and the state. Raises FaberError; a dry run only says what it would write."""
    from faberdb.declare.write import render

    with workspace.session(environment) as session:
        catalogue, identity, version = session.inspect(), session.identity(), session.version
    managed = workspace.managed_objects(catalogue.objects, environment)
    kinds = {kind.name: kind for kind in workspace.provider.kinds}
    left = read_only(managed, kinds)
    state, _ = workspace.state(environment)
    protected = state.protected if state else frozenset()
    # What every database has is written only where something hangs on it.
    holders = {o.parent for a, o in managed.items() if a not in left}
    shown = {a: o for a, o in managed.items() if a not in left and (a in holders or not workspace.provider.platform(a))}
    shown = {a: replace(o, hints={"protect": True}) if a in protected else o for a, o in shown.items()}
    written = workspace.provider.as_declared(shown, environment.roles)
    texts = render(written.values(), workspace.provider.kinds, split=split)
    kept = _kept(workspace, environment, texts, managed, version, again=split)
    results = _write(workspace.project.schemas, texts, kept, dry_run=dry_run)
    if not dry_run:
        put_json_schemas(workspace.project.root / GENERATED)  # their headers name these, as this release has them
    view.files("would write" if dry_run else "wrote", results)
    if catalogue.unmanaged:
        view.note(f"{len(catalogue.unmanaged)} objects are of kinds that are not managed yet; every plan lists them")
    for address, obj in shown.items():
        for flaw in (text for key, text in kinds[address.kind].flaws.items() if key in obj.attributes):
            what = address.spoken
            view.note(f"{what}: {flaw}; it is declared as it was meant, and the next plan repairs it")
    others = _others(workspace.project.schemas, {*texts, *kept})
    if others:
        what = ", ".join(map(str, others))
        view.note(f"not written by this import, and what is declared there stays declared: {what}")
    if not dry_run:
        _remember(workspace, environment, catalogue, managed, identity, version)


def _kept(
    workspace: Workspace,
    environment: Environment,
    texts: dict[str, str],
    managed: dict[Address, Object],
    version: int,
    *,
    again: bool,
) -> Set[str]:
    """The files that say what is there already. Raises FaberError."""
    folder = workspace.project.schemas
    files = set(folder.rglob("*.toml")) if folder.is_dir() else set()
    if not files or {f.relative_to(folder).as_posix(): f.read_bytes() for f in files} == {
        name: text.encode() for name, text in texts.items()
    }:
        return frozenset()
    from faberdb.cli.planning import remembered_forms
    from faberdb.cli.unchanged import unchanged

    context = f"postgresql {version}"
    state, _ = workspace.state(environment)
    known = FormFile(workspace.surroundings.cache, workspace.project.root, context).load(remembered_forms(state))
    return unchanged(workspace, environment, texts, managed, known, context, again=again)


def _write(folder: Path, texts: dict[str, str], kept: Set[str], *, dry_run: bool) -> list[tuple[str, str]]:
    results = []
    if not dry_run:
        _make(folder)  # also for a database with nothing in it, which is a declaration of its own
    for name, text in texts.items():
        file = folder / name
        if name in kept:
            results += [(str(file), "same")] if file.exists() else []
            continue
        try:
            there = file.read_text("utf-8") if file.exists() else None
            if there != text and not dry_run:
                _make(file.parent)
                aside = file.with_name(file.name + ".part")
                aside.write_text(text, "utf-8")
                aside.replace(file)
        except (OSError, UnicodeDecodeError) as error:
            raise FaberError("a schema file cannot be written", where=str(file), detail=(str(error),)) from None
        results.append((str(file), "new" if there is None else "same" if there == text else "changed"))
    return results


def _others(folder: Path, known: Set[str]) -> list[Path]:
    """Schema files that are there besides: of a schema that is gone, or from an import split otherwise."""
    return sorted(set(folder.rglob("*.toml")) - {folder / name for name in known})


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = "the folder of the schema files cannot be made"
        raise FaberError(message, where=str(folder), detail=(error.strerror or str(error),)) from None


def _remember(
    workspace: Workspace,
    environment: Environment,
    catalogue: Catalogue,
    managed: dict[Address, Object],
    identity: dict[str, object],
    version: int,
) -> None:
    """The forms that the new files stand for, and a state that is in step with the database."""
    from faberdb.declare.load import load

    declaration = load(workspace.project.schemas, workspace.provider.kinds, workspace.project.search_path)
    context = f"postgresql {version}"
    meant = workspace.provider.with_roles(declaration.objects, environment.roles)
    declared = workspace.provider.complete(meant)
    digests = {a: declared_digest(o, context) for a, o in declared.items() if a in catalogue.objects}
    forms = FormFile(workspace.surroundings.cache, workspace.project.root, context)
    forms.load({})
    forms.save({d: form_of(catalogue.objects[a], catalogue.objects) for a, d in digests.items()})
    state, before = workspace.state(environment)
    if (
        state is not None
        and not state.of_another(identity)
        and state.fingerprint == fingerprint(managed)
        and dict(state.declared) == digests
    ):
        return
    after = replace(
        state or State("", 0, environment.name, {}, ""),
        database=identity,
        fingerprint=fingerprint(managed),
        objects=managed,
        declared=digests,
    )
    workspace.write_state(next_serial(after), before)
