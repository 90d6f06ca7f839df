"""Whether an environment's database is the one that its state was written for. A restore, a clone and a variable that
names the wrong database look alike from here, so it is said and not refused. What would act on the other database's
past is refused, and what nobody is asked about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any

from faberdb.config.project import Environment
from faberdb.errors import StaleError
from faberdb.plan.state import Record, State


def another_database(state: State | None, identity: Mapping[str, Any], environment: Environment) -> str:
    """What to say where the state was written for another database; empty where it was not."""
    if state is None or not state.of_another(identity):
        return ""
    name, variable = environment.name, environment.connection_string_env
    where = f"{variable} names it by mistake" if variable else "it is there by mistake"
    return (
        f"The state of {name} was written for another database: that was {_told(state.database)}, this is"
        f" {_told(identity)}. If {where}, correct that first. If it took the other's place (a restore, a clone, an"
        f" upgrade), go on: the next `faberdb apply {name}` or `faberdb import {name}` notes it."
    )


def refuse_unasked(state: State | None, identity: Mapping[str, Any], environment: Environment) -> None:
    """Raises StaleError where the state was written for another database, and nobody is asked whether this is the one
    that is meant. A saved plan names its database, and whoever applies that has seen the note."""
    if note := another_database(state, identity, environment):
        raise StaleError(
            f"the state of {environment.name} was written for another database, and --auto-approve asks nobody",
            detail=(note,),
            advice=f"nothing was changed; if it is the right one: faberdb plan {environment.name} --out plan.json, look"
            " at it, faberdb apply plan.json",
        )


def require_journalled(records: Sequence[Record], journalled: Set[str], note: str, environment: Environment) -> None:
    """Every plan that is to be taken back must have been applied to this very database, or to one that it was restored
    from: its journal tells. Raises StaleError."""
    missing = [record for record in records if record.plan_id not in journalled]
    if not missing:
        return
    raise StaleError(
        f"the database of {environment.name} knows nothing of plan {missing[0].plan_id[:8]}, which is to be taken back",
        detail=(
            f"the state has it as applied {missing[0].applied_at} by {missing[0].holder};"
            " its journal (schema faberdb in the database, or beside the state) does not",
            *([note] if note else []),
        ),
        advice="nothing was changed; a backup from before that plan, or another database? Then plan from where things"
        f" are: faberdb plan {environment.name}. Else let this role read schema faberdb",
    )


def _told(identity: Mapping[str, Any]) -> str:
    more = ", ".join(f"{key} {value}" for key, value in identity.items() if key != "name" and value is not None)
    return f"{identity.get('name', 'one without a name')} ({more})" if more else str(identity.get("name"))
