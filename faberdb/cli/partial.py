"""Planning from what was edited: blocks of the schema files that are as they were when nothing was to change stand for
the live objects of their addresses, and only the others are read and made canonical."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from typing import NamedTuple

from faberdb.canon.forms import Form, declared_digest, form_of
from faberdb.canon.mentions import Mentions, suggest, that_mention
from faberdb.cli.memo import Standing
from faberdb.cli.workspace import Workspace
from faberdb.declare.part import Spot, load_part
from faberdb.diff.changes import Objects, referrers_of
from faberdb.model import Address, Kind, Object
from faberdb.prove.neighbourhood import neighbourhood


class Edited(NamedTuple):
    """declared: objects of the blocks that were read, with what they imply; kept: live objects that stand as they are,
    with the digests of their declarations; forms: what declarations that were read again mean; near: the addresses of
    what the plan can have to do with."""

    declared: Mapping[Address, Object]
    kept: Mapping[Address, Object]
    near: Set[Address]
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
    named = {kind.name: kind for kind in kinds}
    managed = {kind.name for kind in kinds if kind.managed}
    unsaid = (live[a].parent for a in live.keys() - standing.digests.keys() if a.kind in managed)
    if any(parent in standing.digests for parent in unsaid):
        return None  # somebody's declaration leaves them alone, which only that declaration knows
    referrers = referrers_of(live)
    unplaced = standing.digests.keys() - standing.spots.keys()
    also: set[Spot] = set()
    while True:
        part = load_part(project.schemas, kinds, project.search_path, standing.known, also)
        if part is None:
            return None
        objects, here = meant(part.objects), standing.spots
        again = unplaced.union(*(standing.written.get(spot, ()) for spot in part.replaced))
        kept = {a: live[a] for a in standing.digests if a not in again and a in live}
        if len(kept) + len(again) != len(standing.digests) or kept.keys() & objects.keys():
            return None
        if any(obj.renamed_from and (obj.renamed_from in live or obj.renamed_from in kept) for obj in objects.values()):
            return None
        complete = workspace.provider.complete(objects, kept)
        if any(a not in here and a not in complete for a in again):
            return None  # no block was it written in, so none can have lost it
        digests = {a: declared_digest(o, context) for a, o in complete.items()}
        same = {a for a, digest in digests.items() if standing.digests.get(a) == digest and a in live}
        fallen = _fallen({*again, *digests} - same, referrers)
        new = {a: o for a, o in complete.items() if a not in live}
        fallen |= {a for a, _ in that_mention(live, new, named)}
        more = {here[a] for a in fallen if a in kept}
        if more <= also:
            forms = {digests[a]: form_of(live[a], live) for a in same}
            anew = [o for a, o in complete.items() if a not in same]
            touched = {*again, *complete, *fallen} - same
            near = _near(touched, same, anew, live, kinds, referrers)
            return Edited(complete, kept, near, {a: standing.digests[a] for a in kept}, forms)
        also |= more


def _near(
    touched: set[Address],
    same: set[Address],
    anew: Sequence[Object],
    live: Objects,
    kinds: Sequence[Kind],
    referrers: Mapping[Address, Sequence[Object]],
) -> Set[Address]:
    """What may be touched, and what is around that. same: what was looked at again and is what it was; anew: what is
    declared in other words than before, which may name what is not near to what stood there."""
    named = {kind.name: kind for kind in kinds}
    live = suggest(live, named)
    mentions = Mentions({**live, **{o.address: o for o in anew}}, named)
    said = [mentions.refer(obj) for obj in anew] + [live[a] for a in touched if a in live]
    beside = same | {r for o in said for r in (*o.references, *o.suggested)}
    # What an extension brings has no address, so whatever needs it names nothing.
    beside |= {a for a in live if named[a.kind].as_declared and not named[a.kind].optional}
    return neighbourhood(touched, beside, live, named, referrers).keys()


def _fallen(changed: set[Address], referrers: Mapping[Address, list[Object]]) -> set[Address]:
    """What refers to something that changed, through others or itself."""
    found, todo = set(changed), list(changed)
    while todo:
        for obj in referrers.get(todo.pop(), ()):
            if obj.address not in found:
                found.add(obj.address)
                todo.append(obj.address)
    return found - changed
