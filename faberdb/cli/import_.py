"""`faberdb import ENV`: a database as schema files, and the state that says they are in step."""

from __future__ import annotations

from collections.abc import Mapping, Set
from pathlib import Path
from typing import TYPE_CHECKING

import click

from faberdb.canon.forms import declared_digest, form_of
from faberdb.cli.applying import next_serial
from faberdb.cli.forms import FormFile
from faberdb.cli.half_way import refuse_half_way
from faberdb.cli.json_schemas import put_json_schemas
from faberdb.cli.options import dry_run_option, shown, view_of, workspace_of
from faberdb.cli.workspace import GENERATED, Workspace, environment_named
from faberdb.config.project import Environment
from faberdb.errors import DeclarationError, ExitCode, FaberError
from faberdb.model import WAYS, Address, Catalogue, Object
from faberdb.plan.fingerprint import fingerprint
from faberdb.plan.state import State
from faberdb.prove.beside import read_only
from faberdb.views.view import View
from faberdb.views.words import plural

if TYPE_CHECKING:
    from faberdb.cli.unchanged import Files


@click.command("import")
@click.argument("environment")
@click.option(
    "--split/--no-split",
    default=None,
    help="A file for each table, or one for each schema. As they are laid out already, where neither is said.",
)
@click.option("--overwrite", is_flag=True, help="Also files that were edited since, and give up what was edited.")
@dry_run_option
@shown
@click.pass_context
def command(
    ctx: click.Context,
    environment: str,
    split: bool | None,
    overwrite: bool,
    dry_run: bool,
    as_json: bool,
    no_color: bool,
    verbose: int,
) -> int:
    """Write the database of ENVIRONMENT as schema files. Files that already say so stay as they are."""
    workspace = workspace_of(ctx)
    view = view_of(workspace, as_json=as_json, no_color=no_color, verbose=verbose)
    found = environment_named(workspace, environment)
    import_database(workspace, found, view, split=split, overwrite=overwrite, dry_run=dry_run)
    return int(ExitCode.OK)


def import_database(
    workspace: Workspace,
    environment: Environment,
    view: View,
    *,
    split: bool | None = None,
    overwrite: bool = False,
    dry_run: bool = False,
) -> None:
    """Read the database, write the files and the state. Raises FaberError; a dry run only says what it would write.

    split: a file for each table, or one for each schema; None: as the files that are there. overwrite: also over
    edits that no plan has carried out.
    """
    state, _ = workspace.state(environment)
    with workspace.session(environment) as session:
        session.refuse_under_way()
        catalogue, identity, version = session.inspect(), session.identity(), session.version
        managed = workspace.extent.managed_objects(catalogue.objects, environment)
        refuse_half_way(workspace.standing(environment, session, state, managed), managed, environment.name)
    kinds = {kind.name: kind for kind in workspace.provider.kinds}
    untold = read_only(managed, kinds)
    protected = state.protected if state else frozenset()
    # What every database has is written only where something hangs on it.
    holders = {o.parent for a, o in managed.items() if a not in untold}
    shown = {
        a: o for a, o in managed.items() if a not in untold and (a in holders or not workspace.provider.platform(a))
    }
    shown = {a: o._replace(hints={"protect": True}) if a in protected else o for a, o in shown.items()}
    written = _with_ways(workspace, workspace.provider.as_declared(shown, environment.roles))
    texts = _texts(workspace, written, split)
    # Of another database, or of one that was upgraded, the state does not tell what the files said.
    told = None if overwrite or state is None or state.of_another(identity) else state.declared
    left = _left(workspace, environment, texts, managed, version, state, told, again=split is not None)
    results = _write(workspace.project.schemas, texts, left, dry_run=dry_run)
    if not dry_run:
        put_json_schemas(workspace.project.root / GENERATED)  # their headers name these, as this release has them
    view.files("would write" if dry_run else "wrote", results)
    if catalogue.unmanaged:
        one = len(catalogue.unmanaged) == 1
        said = "is of a kind that is" if one else "are of kinds that are"
        what = f"{plural(len(catalogue.unmanaged), 'object')} {said} not managed yet"
        view.note(f"{what}; every plan lists {'it' if one else 'them'}")
    for address, obj in shown.items():
        for flaw in (text for key, text in kinds[address.kind].flaws.items() if key in obj.attributes):
            what = address.spoken
            view.note(f"{what}: {flaw}; it is declared as it was meant, and the next plan repairs it")
    others = _others(workspace.project.schemas, {*texts, *left.kept, *left.gone})
    if others:
        what = ", ".join(map(str, others))
        view.note(f"not written by this import, and what is declared there stays declared: {what}")
    if not dry_run:
        _remember(workspace, environment, catalogue, managed, identity, version)


def _with_ways(workspace: Workspace, objects: Mapping[Address, Object]) -> dict[Address, Object]:
    """The objects with what their declarations say of how to get there (`renamed_from`, `using`, `backfill`): other
    environments may still have to go that way."""
    try:
        said = workspace.declaration().objects
    except (DeclarationError, OSError):
        return dict(objects)
    found = {}
    for address, obj in objects.items():
        known = said.get(address)
        if known is not None:
            ways = {key: known.hints[key] for key in WAYS if key in known.hints}
            obj = obj._replace(renamed_from=known.renamed_from, hints={**obj.hints, **ways})
        found[address] = obj
    return found


def _texts(workspace: Workspace, objects: Mapping[Address, Object], split: bool | None) -> dict[str, str]:
    """The files to write, by name."""
    from faberdb.cli.own_files import lies_split
    from faberdb.declare.write import render

    folder, kinds = workspace.project.schemas, workspace.provider.kinds
    texts = render(objects.values(), kinds, split=bool(split))
    if split is None and folder.is_dir():
        apart = render(objects.values(), kinds, split=True)
        return apart if lies_split(folder, texts, apart) else texts
    return texts


def _left(
    workspace: Workspace,
    environment: Environment,
    texts: dict[str, str],
    managed: dict[Address, Object],
    version: int,
    state: State | None,
    told: Mapping[Address, str] | None,
    *,
    again: bool,
) -> Files:
    """The files that say what is there already, and those to take away. told: what they said when last in step,
    where edits since are not to be lost. Raises FaberError."""
    from faberdb.cli.unchanged import Files, unchanged

    folder = workspace.project.schemas
    files = set(folder.rglob("*.toml")) if folder.is_dir() else set()
    if not files or {f.relative_to(folder).as_posix(): f.read_bytes() for f in files} == {
        name: text.encode() for name, text in texts.items()
    }:
        return Files()
    from faberdb.cli.planning import remembered_forms

    context = f"postgresql {version}"
    known = FormFile(workspace.surroundings.cache, workspace.project.root, context).load(remembered_forms(state))
    return unchanged(workspace, environment, texts, managed, known, context, told, again=again)


def _write(folder: Path, texts: dict[str, str], left: Files, *, dry_run: bool) -> list[tuple[str, str]]:
    """Writes the files, and says what became of each. Those that are new come first, those that give something up next,
    and those that are gone last: cut off in between, something is declared twice, which nobody can plan with, and never
    missing, which would be planned as a drop."""
    if not dry_run:
        _make(folder)  # also for a database with nothing in it, which is a declaration of its own
    results = {}
    for name in sorted(texts, key=lambda name: (folder / name).exists()):
        file = folder / name
        if name not in left.kept:
            results[name] = _put(file, texts[name], dry_run=dry_run)
        elif file.exists():
            results[name] = "same"
    for name in sorted(left.gone):
        if not dry_run:
            _take_away(folder, name)
        results[name] = "gone"
    return [(str(folder / name), results[name]) for name in [*texts, *sorted(left.gone)] if name in results]


def _put(file: Path, text: str, *, dry_run: bool) -> str:
    try:
        there = file.read_text("utf-8") if file.exists() else None
        if there != text and not dry_run:
            _make(file.parent)
            aside = file.with_name(file.name + ".part")
            aside.write_text(text, "utf-8")
            aside.replace(file)
    except (OSError, UnicodeDecodeError) as error:
        raise FaberError("a schema file cannot be written", where=str(file), detail=(str(error),)) from None
    return "new" if there is None else "same" if there == text else "changed"


def _take_away(folder: Path, name: str) -> None:
    file = folder / name
    try:
        file.unlink()
        if file.parent != folder and not any(file.parent.iterdir()):
            file.parent.rmdir()
    except OSError as error:
        raise FaberError("a schema file cannot be taken away", where=str(file), detail=(str(error),)) from None


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
    after = (state or State("", 0, environment.name, {}, ""))._replace(
        database=identity,
        fingerprint=fingerprint(managed),
        objects=managed,
        declared=digests,
    )
    workspace.write_state(next_serial(after), before)
