"""Options that commands share, and what they make of them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

from faberdb.cli.workspace import Workspace
from faberdb.errors import ApprovalError, ConfigError, CutShortError
from faberdb.model import Risk
from faberdb.views import make_view

if TYPE_CHECKING:
    from faberdb.views.view import View

Command = TypeVar("Command", bound=Callable[..., Any])
Taken = ParamSpec("Taken")

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for programs.")
color_option = click.option("--no-color", is_flag=True, help="Without colours.")
verbose_option = click.option("-v", "--verbose", count=True, help="Show the SQL of each step.")
dry_run_option = click.option("--dry-run", is_flag=True, help="Show what would be done, and change nothing.")
strict_option = click.option(
    "--strict", is_flag=True, help="Refuse what is left to guesses (suspected renames) and what is not managed."
)
accept_option = click.option(
    "--accept-irreversible", "accepted", is_flag=True, help="Do also what no rollback takes back (`undo: none`)."
)
check_data_option = click.option(
    "--check-data/--no-check-data",
    "check",
    default=None,
    help="Look whether live rows fit, READ ONLY; done unasked where the environment is not protected.",
)
approve_option = click.option("--auto-approve", is_flag=True, help="Do not ask.")
jobs_option = click.option(
    "--jobs", type=click.IntRange(1), default=None, help="How many tables are worked on at once; up to 4 if not said."
)
max_risk_option = click.option(
    "--max-risk",
    type=click.Choice([risk.word for risk in Risk]),
    default=Risk.DESTRUCTIVE.word,
    help="Leave out, as pending, what is riskier than this, and what needs it.",
)
exitcode_option = click.option(
    "--detailed-exitcode", is_flag=True, help="End with 2 where there are changes, 0 where there are none."
)


def shown(command: Command) -> Command:
    """The options of every command that shows something."""
    return json_option(color_option(verbose_option(command)))


def nothing_begun(command: Callable[Taken, int]) -> Callable[Taken, int]:
    """For commands that come to a plan first: Ctrl-C before that is carried out says that nothing was. What carries one
    out says itself how far it came."""

    @wraps(command)
    def told(*args: Taken.args, **more: Taken.kwargs) -> int:
        try:
            return command(*args, **more)
        except (KeyboardInterrupt, click.Abort):
            raise CutShortError("no step of a plan was begun; the database is as it was") from None

    return told


def folder(ctx: click.Context) -> Path:
    """The folder the command works in. Raises ConfigError where it was removed since the shell went there."""
    try:
        Path.cwd()
    except FileNotFoundError:
        raise ConfigError(
            "the folder to work in is gone", advice="go to one that is there; `cd .` finds one that was made anew"
        ) from None
    return Path(ctx.obj["chdir"] if ctx.obj else ".")


def workspace_of(ctx: click.Context) -> Workspace:
    """The project the command works on. Raises ConfigError."""
    return Workspace.find(folder(ctx))


def view_of(workspace: Workspace | None, *, as_json: bool, no_color: bool, verbose: int = 0) -> View:
    """Where the command's output goes. Settings without effect are told at once."""
    wanted = workspace.surroundings.color if workspace else True
    view = make_view(json=as_json, color=wanted and not no_color and sys.stdout.isatty(), verbose=verbose)
    if workspace and workspace.project.idle:
        view.note(idle(workspace))
    return view


def idle(workspace: Workspace) -> str:
    """What to say of settings that do nothing yet."""
    project = workspace.project
    return f"{project.file.as_posix()} sets what has no effect in this version: {', '.join(project.idle)}"


def consent(question: str, otherwise: str = "") -> bool:
    """Ask on the terminal; only a literal `yes` is one. Raises ApprovalError where there is none; otherwise: what helps
    there, beside --auto-approve."""
    if not sys.stdin.isatty():
        raise ApprovalError(
            f"there is no terminal to ask on: {question}",
            advice=f"pass --auto-approve{f', or {otherwise}' if otherwise else ''}; nothing was changed",
        )
    click.echo(question, err=True)
    return bool(click.prompt("Only `yes` is taken as consent", default="", show_default=False, err=True) == "yes")
