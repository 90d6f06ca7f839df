"""`max_auto_rollback_attempts`: an apply that failed after it had changed something takes itself back."""

from __future__ import annotations

from faberdb.cli.applying import apply_plan
from faberdb.cli.made import Made
from faberdb.cli.no_return import tell_no_return
from faberdb.cli.planning_back import plan_rollback
from faberdb.cli.workspace import Workspace
from faberdb.config.project import Environment
from faberdb.errors import CutShortError, FaberError, RolledBackError, StoppedError, VerificationError
from faberdb.plan.document import Plan
from faberdb.policy.live_rows import refuse_to_stop_half_way
from faberdb.rollback.choosing import chosen_records
from faberdb.views.view import View


def apply_or_take_back(workspace: Workspace, environment: Environment, made: Made, view: View) -> None:
    """Apply a plan; where it stops part way, or the database or a check says afterwards that it is not right, take back
    what it did, as often as it is allowed to try. Raises what `apply_plan` raises; RolledBackError if it is taken back.
    """
    try:
        apply_plan(workspace, environment, made, view)
    except (StoppedError, VerificationError) as error:
        attempts = workspace.project.safety.max_auto_rollback_attempts
        if made.plan.kind != "apply" or not attempts:
            raise
        view.note(f"The apply failed: {error.message}. It takes itself back (max_auto_rollback_attempts)")
        failures: list[FaberError] = []
        for _ in range(attempts):
            try:
                note = _take_back(workspace, environment, made.plan, view)
            except CutShortError:
                raise
            except KeyboardInterrupt:
                raise CutShortError(
                    f"the apply failed ({error.message}), and taking it back was not begun",
                    advice=f"see where it stands: faberdb status {environment.name}",
                ) from None
            except FaberError as failure:
                failures.append(failure)
                view.note(f"Taking it back failed: {failure.message}")
            else:
                raise RolledBackError(
                    f"the apply failed, and what it had done was taken back: {error.message}",
                    where=error.where,
                    detail=(*error.detail, *filter(None, note.splitlines())),
                    advice=f"correct the cause, then plan again: faberdb plan {environment.name}",
                ) from error
        raise _kept(error, failures) from error


def _kept(error: StoppedError | VerificationError, failures: list[FaberError]) -> FaberError:
    """The error of the apply, with why it could not be taken back."""
    times = "once" if len(failures) == 1 else f"{len(failures)} times"
    last = failures[-1]
    tried = f"taking it back was tried {times}, and failed: {last.message}"
    return type(error)(
        error.message, where=error.where, detail=(*error.detail, tried, *last.detail), advice=error.advice
    )


def _take_back(workspace: Workspace, environment: Environment, plan: Plan, view: View) -> str:
    """Take back the plan, or go on with doing so where an earlier try stopped part way; returns what is to be said of
    it. Raises what `rollback` raises."""
    from faberdb.cli.rollback import standing_of  # most applies need nothing of it

    stands = standing_of(workspace, environment)
    found, note, halted = stands.found, stands.note, stands.halted
    back = halted
    if back is None:
        record = chosen_records(found.state, None, None, environment.name)[0]
        if record.plan_id != plan.plan_id:
            raise StoppedError(f"the plan that was applied last is another one, {record.plan_id[:8]}")
        back = plan_rollback(workspace, environment, record)
        refuse_to_stop_half_way(back.plan)
    elif back.plan.of_plan != plan.plan_id:
        raise StoppedError(f"taking back plan {back.plan.of_plan[:8]} stopped part way")
    back = back._replace(ends=True)  # a failed apply is taken back at once, whatever the hour
    view.plan(back.plan)
    apply_plan(workspace, environment, back, view)
    tell_no_return(workspace, environment, view)
    return "\n".join(filter(None, (note, back.note)))
