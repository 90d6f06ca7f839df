"""Rows that are known to be in the way of a step stop a plan before its first change, where it could only stop half way
later."""

from __future__ import annotations

from faberdb.errors import RefusedError
from faberdb.model import LiveRows
from faberdb.plan.document import Plan


def refuse_to_stop_half_way(plan: Plan) -> None:
    """Raises RefusedError naming rows that would stop a plan after something was committed. One transaction is taken
    back as a whole by the server, which names them too."""
    found = [(step.address, step.live) for step in plan.steps if step.live and step.live.number]
    if not found or len({step.transaction for step in plan.steps}) == 1:
        return
    lines = [line for address, live in found for line in (f"{address.spoken}: {live.count}", *_keys(live))]
    back = plan.kind == "rollback"
    what = "rows that were written since do not fit what comes back" if back else "rows are in the way of the plan"
    rows = "these rows" if back else "these rows, or the declaration (`backfill`, `using`)"
    command = f"faberdb {'rollback' if back else 'apply'} {plan.environment}"
    raise RefusedError(what, detail=tuple(lines), advice=f"nothing was changed; correct {rows}, then: {command}")


def _keys(live: LiveRows) -> list[str]:
    return [f"    {key}" for key in live.keys]
