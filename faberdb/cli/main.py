"""The command line. Commands are loaded when they are called, so that `faberdb --help` is instant."""

from __future__ import annotations

import gc
import signal
import sys
from contextlib import suppress
from importlib import import_module
from itertools import pairwise
from typing import Any

import click

from faberdb import __version__
from faberdb.errors import ExitCode, FaberError

COMMANDS = {
    # name: (module, one line for the overview)
    "init": ("init", "Begin a project in this folder, or from a database that exists."),
    "validate": ("validate", "Check faberdb.toml and the schema files, without a database."),
    "import": ("import_", "Write a database as schema files."),
    "plan": ("plan", "Show what would change, proven on a scratch server."),
    "show": ("show", "Show a saved plan."),
    "explain": ("explain", "Explain a hazard of a plan by its code."),
    "apply": ("apply", "Carry out a plan, or plan an environment and carry that out."),
    "diff": ("diff", "Show in what two environments, or declarations, differ."),
    "drift": ("drift", "Show what was changed on a database behind faberdb's back."),
    "rollback": ("rollback", "Take back applied plans."),
    "seed": ("seed", "Bring the rows of the seed files into a database, those that are missing."),
    "reset": ("reset", "Make a development database anew, from the schema files and the seeds."),
    "purge": ("purge", "Destroy what waits in quarantine, for good."),
    "backup": ("backup", "Take a backup of an environment's database."),
    "backups": ("backups", "List backups, or verify that one can be restored."),
    "restore": ("restore", "Put a backup in the place of an environment's database."),
    "status": ("status", "Show where each environment stands."),
    "health": ("health", "Check the health of a database and its server, READ ONLY."),
    "lint": ("lint", "Say what SQL files that others wrote can do to a database and its users."),
    "create": ("create", "Make the database of an environment, and its schema."),
    "stop": ("stop", "Stop the embedded PostgreSQL of an environment."),
}


class Commands(click.Group):
    """A group that imports a command's module when the command is used, not when it is listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"faberdb.cli.{COMMANDS[name][0]}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, 1)
            if not near:
                raise
            raise click.UsageError(f"{error.message} Did you mean {near[0]!r}?", error.ctx) from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="faberdb", message="%(prog)s %(version)s")
@click.option("--chdir", metavar="DIR", default=".", help="Work as if started in DIR.")
@click.option("--debug", is_flag=True, help="Write a file with the full trace of an error.")
@click.pass_context
def cli(ctx: click.Context, chdir: str, debug: bool) -> None:
    """Declare the PostgreSQL database you want; see, prove and apply what changes."""
    ctx.obj = {"chdir": chdir, "debug": debug}


def main() -> None:
    """Entry point of the `faberdb` program: every foreseen error ends as a message and an exit code."""
    debug = "--debug" in sys.argv
    # A command makes objects by the hundred thousand and keeps them to its end: looking for garbage among them again
    # and again would take a third of its time.
    gc.set_threshold(1_000_000, 50, 100)
    # Threads wait for servers while the main one works, and each answer would wait for Python's five milliseconds.
    sys.setswitchinterval(0.0005)
    try:
        code = cli(standalone_mode=False)
        gc.freeze()  # nor is there anything to look for at the end, when the interpreter would do it three times
        sys.exit(code if isinstance(code, int) else 0)
    except FaberError as error:
        _fail(error, debug)
        sys.exit(int(error.code))
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        _tell_programs(FaberError(error.format_message()))
        sys.exit(int(ExitCode.ERROR))
    except (KeyboardInterrupt, click.Abort):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever presses it twice is not shown a traceback either
        sys.stderr.write("\ninterrupted\n")
        sys.exit(int(ExitCode.INTERRUPTED))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(int(ExitCode.ERROR))
    except Exception as error:  # noqa: BLE001 - the last net: nobody is shown a traceback
        from faberdb.cli.trace import write_trace

        file = write_trace(error)
        sys.stderr.write(f"error: faberdb failed unexpectedly: {type(error).__name__}\nhelp: the trace is in {file}\n")
        what = f"faberdb failed unexpectedly: {type(error).__name__}"
        _tell_programs(FaberError(what, advice=f"the trace is in {file}"))
        sys.exit(int(ExitCode.ERROR))


def _fail(error: FaberError, debug: bool) -> None:
    if error.code is ExitCode.INTERRUPTED:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        sys.stderr.write("\n")  # the terminal shows ^C where the cursor was
    sys.stderr.write(f"{'interrupted' if error.code is ExitCode.INTERRUPTED else 'error'}: {error}\n")
    _tell_programs(error)
    if debug:
        from faberdb.cli.trace import write_trace

        sys.stderr.write(f"trace: {write_trace(error)}\n")


def _tell_programs(error: FaberError) -> None:
    """With --json (`lint --format json`), the error also as the last line of stdout."""
    asked = sys.argv[1:]
    if not {"--json", "--format=json"} & {*asked} and ("--format", "json") not in pairwise(asked):
        return
    from faberdb.views import for_programs

    with suppress(OSError):  # nobody may be reading any more
        for_programs().error(int(error.code), error.message, error.where, error.detail, error.advice)


if __name__ == "__main__":
    main()
