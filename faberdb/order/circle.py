"""Objects that need each other, so that none can come first: who they are, whom each needs, where it was written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from faberdb.declare.source import place_of
from faberdb.errors import CircleError
from faberdb.model import Address, Object

Node = TypeVar("Node")


def circles(needs: Mapping[Node, Iterable[Node]]) -> list[set[Node]]:
    """The groups of nodes that need each other, if through others."""
    # Loaded here, because it takes as long as ordering a thousand changes, and circles are rare.
    import networkx as nx

    graph: Any = nx.DiGraph((other, node) for node, others in needs.items() for other in others)
    return [found for found in nx.strongly_connected_components(graph) if len(found) > 1]


def needing(among: Mapping[Address, Object]) -> dict[Address, list[Address]]:
    """Whom of these objects each of them refers to."""
    return {a: sorted(r for r in o.references if r in among and r != a) for a, o in among.items()}


def closed(members: Mapping[Address, Object], others: tuple[str, ...] = ()) -> CircleError:
    """The error for a circle. others: lines for what else is wrong."""
    lines = []
    for address, needed in sorted(needing(members).items()):
        origin = members[address].origin
        place = f"{place_of(origin)}: " if origin else ""
        whom = f" needs {', '.join(a.spoken for a in needed)}" if needed else ""
        lines.append(f"{place}{address.spoken}{whom}")
    return CircleError(
        "these objects need each other, so there is no order to build them in",
        detail=(*lines, *others),
        advice="let one of them do without the other, for instance by moving what both need into a third one, or a"
        " default or a constraint into a later plan; nothing was changed",
    )
