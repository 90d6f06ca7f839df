"""Planning from what was edited: blocks of the schema files that are as they were when nothing was to change stand for
the live objects of their addresses, and only the others are read and made canonical."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from faberdb.canon.forms import Form, declared_digest, form_of
from faberdb.cli.memo import Standing
from faberdb.cli.workspace import Workspace
from faberdb.declare.part import Spot, load_part
from faberdb.diff.changes import Objects, referrers_of
from faberdb.model import Address, Object


@dataclass(frozen=True, slots=True)
class Edited:
    """declared: objects of the blocks that were read; kept: live objects that stand as they are, with the digests of
    their declarations; forms: what declarations that were read again mean."""

    declared: Mapping[Address, Object]
    kept: Mapping[Address, Object]
    digests: Mapping[Address, str]
    forms: Mapping[str, Form]


def edited(
    workspace: Workspace, standing: Standing, live: Objects, context: str, meant: Callable[[Objects], Objects]
) -> Edited | None:
    """What was edited since the standing; None where that cannot be told, and all has to be read. meant: what is
    declared, as it is meant for the environment.

    The live objects and all settings must be those of the standing. Raises DeclarationError.
    """
    project, kinds = workspace.project, workspace.provider.kinds
    managed = {kind.name for kind in kinds if kind.managed}
    if any(o.parent in standing.digests and a not in standing.digests and a.kind in managed for a, o in live.items()):
        return None  # somebody's declaration leaves them alone, which only that declaration knows
    referrers = referrers_of(live)
    also: set[Spot] = set()
    while True:
        part = load_part(project.schemas, kinds, project.search_path, standing.known, also)
        if part is None:
            return None
        objects, here = meant(part.objects), standing.spots
        again = {a for a in standing.digests if a not in here or here[a] in part.replaced}
        kept = {a: live[a] for a in standing.digests if a not in again and a in live}
        if len(kept) + len(again) != len(standing.digests) or kept.keys() & objects.keys():
            return None
        if any(obj.renamed_from and (obj.renamed_from in live or obj.renamed_from in kept) for obj in objects.values()):
            return None
        complete = workspace.provider.complete({**kept, **objects})
        digests = {a: declared_digest(o, context) for a, o in complete.items() if a not in kept}
        same = {a for a, digest in digests.items() if standing.digests.get(a) == digest and a in live}
        fallen = _fallen({*again, *digests} - same, referrers)
        more = {here[a] for a in fallen if a in kept}
        if more <= also:
            forms = {digests[a]: form_of(live[a], live) for a in same}
            return Edited(objects, kept, {a: standing.digests[a] for a in kept}, forms)
        also |= more


def _fallen(changed: set[Address], referrers: Mapping[Address, list[Object]]) -> set[Address]:
    """What refers to something that changed, through others or itself."""
    found, todo = set(changed), list(changed)
    while todo:
        for obj in referrers.get(todo.pop(), ()):
            if obj.address not in found:
                found.add(obj.address)
                todo.append(obj.address)
    return found - changed
