"""What a proven plan will have to do in the live database, and what is in its way right now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from faberdb.cli.workspace import Workspace

if TYPE_CHECKING:
    from faberdb.prove.proposal import Proposal


def estimated(workspace: Workspace, session: Any, proposal: Proposal) -> tuple[Proposal, str]:
    """The proposal with the estimates of its steps and of what it puts in quarantine, and what is to be said of this
    moment, a line for each; empty for what is in nobody's way. A proposal without steps asks the database nothing."""
    if not proposal.steps:
        return proposal, ""
    steps, kept_bytes, remarks = workspace.provider.estimated(session, proposal.steps, proposal.renames, proposal.kept)
    return proposal._replace(steps=steps, kept_bytes=kept_bytes), "\n".join(f"note: {remark}" for remark in remarks)
