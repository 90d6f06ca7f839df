"""Which of the plans that were applied are to be taken back."""

from __future__ import annotations

from faberdb.errors import ConfigError
from faberdb.plan.state import Record, State


def chosen_records(state: State | None, steps: int | None, goal: str | None, environment: str) -> list[Record]:
    """The applied plans to take back, newest first. Raises ConfigError where there is nothing that fits."""
    standing = list(state.standing()) if state else []
    if not standing:
        backup = f", and no backup of it begins with {goal}" if goal else ""
        raise ConfigError(
            f"nothing that faberdb applied to {environment} is left to take back{backup}",
            advice=f"see what was applied: faberdb status {environment}; and what backups there are: faberdb backups"
            f" {environment}",
        )
    if goal is not None and steps is not None:
        raise ConfigError("--steps and --to say two different things", advice="give one of them")
    newest_first = standing[::-1]
    if goal is not None and not goal:
        raise ConfigError("--to needs the id of a plan, or its beginning")
    if goal is not None:
        places = [n for n, record in enumerate(newest_first) if record.plan_id.startswith(goal)]
        if len(places) != 1:
            raise ConfigError(
                f"{'no' if not places else 'more than one'} applied plan of {environment} begins with {goal}"
                + ("" if places else ", and no backup"),
                advice=f"plans: {', '.join(record.plan_id[:8] for record in newest_first)}; faberdb status"
                f" {environment} tells the last of them, faberdb backups {environment} the backups",
            )
        return newest_first[: places[0]]
    count = steps or 1
    if count > len(newest_first):
        there = len(newest_first)
        left = "1 applied plan" if there == 1 else f"{there} applied plans"
        raise ConfigError(f"only {left} of {environment} {'is' if there == 1 else 'are'} left to take back")
    return newest_first[:count]
