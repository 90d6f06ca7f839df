"""A plan as a command has made it, and what every plan says of when, where and on which proof it was made."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from faberdb.cli.workspace import Workspace, utc_now
from faberdb.config.project import Environment
from faberdb.model import Address, Kept
from faberdb.plan.document import Evidence, Plan
from faberdb.plan.make import Heading

if TYPE_CHECKING:
    from faberdb.plan.state import State
    from faberdb.prove.proposal import Proposal

EXPIRES_AFTER = timedelta(days=7)


class Made(NamedTuple):
    """A plan, what was protected when it was made, whether nothing may be left to guesses, what it takes from
    quarantine, what is to be said before it, whether it may do what nothing takes back, the file it came from, the
    command that goes on with it where that is not told by these, and whether it ends what stopped part way, which waits
    for no maintenance window; unchecked: no check of the project's is run after it."""

    plan: Plan
    protected: frozenset[Address] = frozenset()
    strict: bool = False
    giving: tuple[Kept, ...] = ()
    note: str = ""
    accepted: bool = False
    file: str = ""
    again: str = ""
    ends: bool = False
    unchecked: bool = False


def heading_of(
    environment: Environment, session: Any, state: State | None, *, kind: str = "apply", of_plan: str = ""
) -> Heading:
    now = utc_now()
    return Heading(
        uuid.uuid4().hex,
        environment.name,
        now,
        now + EXPIRES_AFTER,
        session.identity(),
        session.server_version,
        state.lineage if state else "",
        state.serial if state else 0,
        kind,
        of_plan,
    )


def evidence_of(proposal: Proposal) -> Evidence | None:
    proof = proposal.proof
    return None if proof is None else Evidence(proof.server, proof.scope, proof.forward, proof.backward, proof.rows)


def refuse_in_use(workspace: Workspace, session: Any, proposal: Proposal) -> None:
    """Raises RefusedError where the plan would take away what somebody is using."""
    workspace.provider.refuse_in_use(session, proposal.changes, proposal.steps, proposal.renames)
