"""`faberdb explain CODE`: what a hazard is about, why, and what to do."""

from __future__ import annotations

import sys

import click

from faberdb import plugins
from faberdb.cli.known_hazards import unknown_hazard
from faberdb.cli.options import color_option, json_option
from faberdb.errors import ExitCode
from faberdb.model import Explanation


@click.command("explain")
@click.argument("codes", metavar="[CODE]...", nargs=-1)
@json_option
@color_option
def command(codes: tuple[str, ...], as_json: bool, no_color: bool) -> int:
    """Explain the hazards of these CODEs, as plans show them (`FDB101`) or by name (`rewrite`); without one, list all.

    Needs no project and no database.
    """
    known = _catalogue()
    chosen = [_found(code, known) for code in codes] or list(known.values())
    if as_json:
        from faberdb.views.explanation import as_lines

        for line in as_lines(chosen):
            click.echo(line)
        return int(ExitCode.OK)
    from faberdb.views.explanation import write_explanations, write_list

    color = not no_color and sys.stdout.isatty()
    if codes:
        write_explanations(chosen, color=color)
    else:
        write_list(chosen, color=color)
    return int(ExitCode.OK)


def _catalogue() -> dict[str, Explanation]:
    return {code: one for provider in plugins.every("faberdb.providers") for code, one in provider.hazards.items()}


def _found(code: str, known: dict[str, Explanation]) -> Explanation:
    """Raises ConfigError for one that is not known, with the nearest."""
    asked = code.lower()
    for explanation in known.values():
        if asked in (explanation.code.lower(), explanation.name):
            return explanation
    raise unknown_hazard(code, known)
