"""What [project] include and exclude leave out, held against what is declared and what is there: what is declared is
meant, so to leave it out is a contradiction, and a pattern that names nothing is most likely misspelt."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from faberdb.config.pattern import parts_of
from faberdb.declare.source import Problem, closest, error_of, place_of, problem_at
from faberdb.errors import ConfigError, DeclarationError
from faberdb.model import Address, Catalogue, Object, Origin

if TYPE_CHECKING:
    from faberdb.cli.workspace import Workspace
    from faberdb.config.project import Environment, Project

_SHOWN = 5


def refuse_left_out(workspace: Workspace, declared: Mapping[Address, Object]) -> None:
    """Raises DeclarationError that names what is declared and left out, with the pattern that does it: no plan would
    ever make it, and each would say that nothing is to change."""
    problems = [_problem(workspace, declared[a], declared) for a in left_out(workspace, declared)]
    if problems:
        raise error_of(problems, DeclarationError)


def left_out(workspace: Workspace, declared: Mapping[Address, Object]) -> list[Address]:
    """What is declared and left out by include or exclude, without what belongs to something that is."""
    if not (workspace.project.include or workspace.project.exclude):
        return []
    out = {a for a in declared if not (workspace.provider.of_server(a) or workspace.extent.included(a))}
    return sorted(a for a in out if declared[a].parent not in out)


def _problem(workspace: Workspace, obj: Object, declared: Collection[Address]) -> Problem:
    project, file, what = workspace.project, workspace.project.file.as_posix(), obj.address.spoken
    by = next((i for i, text in enumerate(project.exclude) if workspace.extent.named(obj.address, (text,))), None)
    if by is not None:
        text, place = project.exclude[by], _place(project, "exclude", by)
        message = f"{what} is declared, and the pattern `{text}` of `exclude` ({place}) leaves it out"
        advice = f"remove the block if it is not to be managed, or change the pattern at {place}"
    else:
        place = _place(project, "include")
        message = f"{what} is declared, and no pattern of `include` ({place}) names it"
        idle = [text for text in project.include if not any(workspace.extent.named(a, (text,)) for a in declared)]
        meant = [f"`{text}` names nothing that is declared{_did_you_mean(text, declared) or '.'}" for text in idle]
        add = f"{'Add' if meant else 'add'} it to `include` in {file}, or remove the block if it is not to be managed"
        advice = " ".join([*meant, add])
    return problem_at(obj.origin or Origin(project.file), message, advice)


def refuse_idle_include(
    workspace: Workspace, declared: Iterable[Address], catalogue: Catalogue, known: Iterable[Address] = ()
) -> None:
    """Raises ConfigError for a pattern of `include` that names nothing declared, nothing that is there, and nothing
    that ever was declared (known): another pattern was meant, whose objects are left alone."""
    if not workspace.project.include:
        return
    there = _there(workspace, catalogue)
    every = {*there, *declared, *known}
    for number, text in enumerate(workspace.project.include):
        if not any(workspace.extent.named(address, (text,)) for address in every):
            raise ConfigError(
                f"the pattern `{text}` of `include` names nothing that is declared or in the database"
                + _did_you_mean(text, every),
                where=_place(workspace.project, "include", number),
                advice="write a name as a plan prints it, with `*` for any characters, or take the pattern out",
            )


def remarks(workspace: Workspace, catalogue: Catalogue) -> tuple[str, ...]:
    """What is to be said of the patterns of `exclude`, one line each: those that leave nothing out."""
    if not workspace.project.exclude:
        return ()
    there = _there(workspace, catalogue)
    return tuple(
        f"note: the pattern `{text}` of `exclude` ({_place(workspace.project, 'exclude', number)}) names nothing in"
        f" this database{_did_you_mean(text, there)}"
        for number, text in enumerate(workspace.project.exclude)
        if not any(workspace.extent.named(address, (text,)) for address in there)
    )


def ignored(workspace: Workspace, environment: Environment, declared: Iterable[Address]) -> tuple[str, ...]:
    """The remark that privileges are declared which [project] grants ignores; none where there are none."""
    grantees = workspace.extent.grantees(environment, "ignore")
    if not grantees:
        return ()
    left = sorted(a for a in declared if workspace.provider.grantee(a) in grantees)
    if not left:
        return ()
    names = ", ".join(a.spoken for a in left[:_SHOWN]) + (f" and {len(left) - _SHOWN} more" if left[_SHOWN:] else "")
    place = place_of(Origin(workspace.project.file, ("project", "grants")))
    return (f'note: declared, and left alone because of "ignore" in [project.grants] ({place}): {names}',)


def _there(workspace: Workspace, catalogue: Catalogue) -> set[Address]:
    """What is in the database and a pattern can name."""
    found = {a for a in catalogue.objects if not workspace.provider.of_server(a)}
    return found | {item.address for item in catalogue.unmanaged}


def _did_you_mean(text: str, addresses: Iterable[Address]) -> str:
    kind, parts = parts_of(text)
    whole, schemas = set(), set()
    for address in addresses:
        schemas.add(Address("schema", address.path[:1]).name)
        if len(address.path) >= len(parts):
            name = Address(address.kind, address.path[: len(parts)])
            whole.add(str(name) if kind else name.name)
    close = None if "*" in text or "?" in text else closest(text, whole)
    if close is None and len(parts) > 1 and parts[0] not in schemas:
        first = closest(parts[0], schemas)
        close = ".".join([f"{kind}:{first}" if kind else first, *parts[1:]]) if first else None
    return f"; did you mean `{close}`?" if close else ""


def _place(project: Project, key: str, number: int | None = None) -> str:
    return place_of(Origin(project.file, ("project", key, *(() if number is None else (number,)))))
