"""`faberdb lint FILE.sql...` and `faberdb lint ENV`: what SQL that others wrote does to a database and to those who use
it; of an environment, what its migration tool has not run there yet."""

from __future__ import annotations

from pathlib import Path

import click

from faberdb.cli.environment_rules import hazard_rules
from faberdb.cli.migrations import named_environment, pending_migrations
from faberdb.cli.options import color_option, folder, json_option, view_of, workspace_of
from faberdb.cli.sources import run_file, sql_files, text_of
from faberdb.cli.trying import copy_of, empty
from faberdb.cli.workspace import Workspace, environment_named
from faberdb.errors import ExitCode
from faberdb.lint.run import File, lint
from faberdb.model import Migration, Risk
from faberdb.policy.findings import refuse_findings
from faberdb.policy.rules import Rules
from faberdb.views.annotations import write_annotations
from faberdb.views.sarif import write_sarif
from faberdb.views.words import plural

FORMATS = ("text", "json", "sarif", "github")


@click.command("lint")
@click.argument("files", metavar="FILE.sql... | ENV", nargs=-1, required=True)
@click.option("--env", "environment", metavar="ENV", help="The environment whose database the files are meant for.")
@click.option(
    "--after", "earlier", metavar="FILE", multiple=True, help="SQL that has run there already, and is not judged."
)
@click.option("--single-transaction", is_flag=True, help="Whoever runs a file puts it into one transaction.")
@click.option("--major", metavar="N", type=int, help="The PostgreSQL they are meant for, without --env.")
@click.option(
    "--max-risk",
    metavar="LEVEL",
    type=click.Choice([r.word for r in Risk]),
    help="The worst that is not refused; not beyond what ENV takes.",
)
@click.option("--strict", is_flag=True, help="Refuse, too, where not everything could be looked at.")
@click.option(
    "--detailed-exitcode", is_flag=True, help="End with 2 where there is something to say, 0 where there is nothing."
)
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="How the findings are written.")
@json_option
@color_option
@click.pass_context
def command(
    ctx: click.Context,
    files: tuple[str, ...],
    environment: str | None,
    earlier: tuple[str, ...],
    single_transaction: bool,
    major: int | None,
    max_risk: str | None,
    strict: bool,
    detailed_exitcode: bool,
    form: str,
    as_json: bool,
    no_color: bool,
) -> int:
    """Say what SQL files can do to a database and to those who use it. Each statement is run on a scratch copy of the
    catalogue, where it is measured what it locks, reads and rewrites. A folder stands for the *.sql in it. The files
    are run in the order given, so that a later one sees what earlier ones made. The name of an environment stands for
    what its migration tool has yet to run there."""
    pending = not environment and named_environment(folder(ctx), files)
    environment = files[0] if pending else environment
    workspace = workspace_of(ctx) if environment else None
    view = view_of(workspace, as_json=as_json or form == "json", no_color=no_color)
    rules, whose = _rules(workspace, environment, max_risk, strict=strict)
    base = folder(ctx)
    if pending and workspace and environment:
        found = pending_migrations(workspace, environment)
        if not found:
            view.note(f"nothing is pending on {environment}")
    else:
        given = [file for name in files for file in sql_files(base / name)]
        found = [Migration(file, text_of(file), single_transaction) for file in given]
    before = [file for given in earlier for file in sql_files(base / given)]
    with copy_of(workspace, environment) if workspace and environment else empty(major) as tried:
        if not environment:
            view.note(_on_its_own(earlier))
        if tried.left:
            view.note(f"what faberdb does not manage is not in the copy: {plural(tried.left, 'object')}")
        for file in before:
            run_file(file, tried.provider, tried.database)
        trial = tried.provider.trial(tried.database, tried.settings)
        scripts = [
            File(_named(one.file, base), tried.provider.script(one.text), one.single_transaction) for one in found
        ]
        kinds = {kind.name: kind for kind in tried.provider.kinds}
        report = lint(scripts, trial, kinds, tried.on)
    if form == "sarif":
        write_sarif(report, tried.provider.hazards)
    elif form == "github":
        write_annotations(report)
    else:
        view.findings(report)
    refuse_findings(report, rules, whose)
    return int(ExitCode.CHANGES if detailed_exitcode and report.open else ExitCode.OK)


def _rules(
    workspace: Workspace | None, environment: str | None, max_risk: str | None, *, strict: bool
) -> tuple[Rules, str]:
    """What the files are held against, and whose rules those are, in words."""
    rules, whose = Rules(), "this command"
    if workspace and environment:
        rules, whose = hazard_rules(environment_named(workspace, environment)), f"environment {environment}"
    if max_risk:
        rules = rules._replace(max_risk=min(rules.max_risk, Risk[max_risk.upper()]))
    return rules._replace(strict=strict), whose


def _on_its_own(earlier: tuple[str, ...]) -> str:
    """What to say where no environment is asked."""
    if earlier:
        return "no environment is named, so the files are tried on what --after made, and on nothing else"
    return (
        "no environment is named, so the files are tried on an empty database: what they make themselves nobody uses,"
        " so nothing is said of who would wait for it; name one with --env, or SQL that has run there with --after"
    )


def _named(file: Path, base: Path) -> str:
    """The file as people and CI systems call it: from where the command works."""
    file, base = file.absolute(), base.absolute()
    return file.relative_to(base).as_posix() if file.is_relative_to(base) else file.as_posix()
