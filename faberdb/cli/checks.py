"""`[checks] after_apply`: the user's own commands, run against the database once a plan has been applied."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from threading import Timer

from faberdb.cli.workspace import Workspace
from faberdb.config.project import Environment
from faberdb.errors import RefusedError, VerificationError
from faberdb.plan.document import Plan
from faberdb.views.view import View

EMBEDDED = "DATABASE_URL"
"""The variable that tells checks of an embedded database, whose environment names none."""


def checks_of(workspace: Workspace, plan: Plan) -> tuple[str, ...]:
    """The commands that are to be run once a plan is applied."""
    return workspace.project.checks.after_apply if plan.kind == "apply" else ()


def refuse_missing(workspace: Workspace, commands: Sequence[str]) -> None:
    """Raises RefusedError where the program of a check is not there: better before the apply than after it."""
    path = os.pathsep.join(map(str, workspace.surroundings.path))
    for command in commands:
        program = shlex.split(command)[0]
        place = str(workspace.project.root / program) if os.sep in program else program
        if shutil.which(place, path=path) is None:
            raise RefusedError(
                f"the check `{command}` cannot be run after the apply: there is no program {program}",
                where=workspace.project.file.as_posix(),
                advice="nothing was changed; install it, or correct after_apply in [checks]. No shell reads the"
                ' command: where one has to, write sh -c "..."',
            )


def run_checks(workspace: Workspace, environment: Environment, plan: Plan, commands: Sequence[str], view: View) -> None:
    """Run them one after the other; what they say goes to stderr. Raises VerificationError at the first that fails or
    takes too long."""
    for number, command in enumerate(commands, 1):
        view.note(f"Check {number} of {len(commands)}: {command}")
        why = _run(workspace, environment, command, view)
        if why:
            raise VerificationError(
                f"plan {plan.plan_id[:8]} was applied, and then a check failed: `{command}` {why}",
                advice="what it said stands above. Take the plan back: faberdb rollback"
                f" {environment.name}; or correct what the check found and apply that",
            )


def _run(workspace: Workspace, environment: Environment, command: str, view: View) -> str:
    """Why a check failed; empty where it did not."""
    conninfo, limit = workspace.conninfo(environment), workspace.project.checks.timeout
    variables = {
        **workspace.surroundings.variables,
        environment.connection_string_env or EMBEDDED: conninfo,
        "FABERDB_ENVIRONMENT": environment.name,
    }
    try:
        # A group of its own, so that what it starts ends with it.
        process = subprocess.Popen(
            shlex.split(command),
            cwd=workspace.project.root,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        return f"cannot be run: {error.strerror}"
    late = Timer(limit, lambda: _end(process))
    late.start()
    try:
        assert process.stdout is not None
        for line in process.stdout:
            view.note(line.rstrip("\n").replace(conninfo, "***"))
        code = process.wait()
    finally:
        timed_out = not late.is_alive()
        late.cancel()
        _end(process)
    if timed_out:
        return f"took longer than {limit:g} s (`timeout` in [checks])"
    return f"ended with {code}" if code else ""


def _end(process: subprocess.Popen[str]) -> None:
    with suppress(OSError):  # it may have ended by itself
        os.killpg(process.pid, signal.SIGKILL)
