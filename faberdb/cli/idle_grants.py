"""Privileges that are declared for a role that owns what they are on, in this environment: nothing comes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from faberdb.model import Address, Object

if TYPE_CHECKING:
    from faberdb.cli.workspace import Workspace

_FEW = 5
"""How many of the things that a role owns are named."""


def without_owners(
    workspace: Workspace, session: Any, declared: Mapping[Address, Object], live: Mapping[Address, Object]
) -> tuple[dict[Address, Object], tuple[str, ...]]:
    """What is declared less privileges of those who own what they are on, and a remark for each such role: in another
    environment somebody else owns it, and they count."""
    owning = workspace.provider.held_by_owning(session, declared, live)
    if not owning:
        return dict(declared), ()
    remarks = []
    for role in sorted(set(owning.values())):
        holders = sorted({declared[a].parent or a for a, other in owning.items() if other == role})
        names = ", ".join(h.spoken for h in holders[:_FEW]) + (
            f" and {len(holders) - _FEW} more" if holders[_FEW:] else ""
        )
        remarks.append(f"note: {role} owns {names} here, and has every privilege there: `grants` for it say nothing")
    return {a: o for a, o in declared.items() if a not in owning}, tuple(remarks)
