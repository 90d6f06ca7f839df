"""Declared objects in the server's own words: what is not remembered is built on scratch and read back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Mapping
from types import MappingProxyType
from typing import NamedTuple

from faberdb.canon.closure import closure
from faberdb.canon.forms import Form, canonical, declared_digest, form_of, recall
from faberdb.canon.mentions import Mentions
from faberdb.declare.passages import place_within
from faberdb.declare.source import place_of
from faberdb.errors import CircleError, DeclarationError
from faberdb.model import Address, Kind, Object
from faberdb.order.circle import circles, closed, needing
from faberdb.prove.scratch import Failures, Scratch, build


class Canonicalised(NamedTuple):
    """The target in canonical form. fresh: digests and forms that were not known before, to be remembered."""

    objects: dict[Address, Object]
    digests: dict[Address, str]
    fresh: dict[str, Form]


def canonicalise(
    declared: Mapping[Address, Object],
    given: Mapping[Address, Object],
    remembered: Mapping[str, Form],
    kinds: Mapping[str, Kind],
    context: str,
    scratch: Callable[[], Scratch],
    live: Mapping[Address, Object] = MappingProxyType({}),
    names: Container[Address] = (),
) -> Canonicalised:
    """The canonical form of every declared object.

    given: objects of kinds that are only read, which declared ones may refer to. remembered: forms by declared
    digest. scratch is asked for only when something is not remembered. live: what there is now, which tells what is
    left as it is of objects of which only the declared counts; names: under what names there is something now. Raises
    DeclarationError with the server's words at the place in the file for what cannot be built, CircleError for objects
    that need each other.
    """
    digests = {address: declared_digest(obj, context) for address, obj in declared.items()}
    left = {a: o for a, o in live.items() if a in declared and kinds[a.kind].as_declared}
    declared = {**declared, **{a: kinds[a.kind].joined(o, declared[a]) for a, o in left.items()}}
    known = recall(declared, remembered, digests, kinds, given, names)
    unknown = [address for address in declared if address not in known]
    if not unknown:
        return Canonicalised(known, digests, {})
    found = _read_back(unknown, {**given, **declared, **known}, declared, kinds, scratch())
    objects: dict[Address, Object] = {}
    for address, obj in declared.items():
        objects[address] = known.get(address) or _read(obj, found[address], kinds[address.kind])
    whole = {**given, **objects}
    fresh = {digests[a]: form_of(objects[a], whole) for a in unknown}
    return Canonicalised(objects, digests, fresh)


def _read(declared: Object, found: Object, kind: Kind) -> Object:
    """The canonical object. Where only the declared counts, scratch tells no more than what is left to the server."""
    return canonical(
        declared, (kind.joined(found, declared) if kind.as_declared else found).attributes, found.references
    )


def _read_back(
    unknown: list[Address],
    universe: Mapping[Address, Object],
    declared: Mapping[Address, Object],
    kinds: Mapping[str, Kind],
    scratch: Scratch,
) -> dict[Address, Object]:
    # What is written into a remembered object's CREATE may be as declared, and needs the names of its file in reach.
    holders = {declared[a].parent for a in unknown}
    universe = {
        a: o._replace(scope=declared[a].scope) if a in holders and a in declared else o for a, o in universe.items()
    }
    mentions = Mentions(universe, kinds)
    todo = set(unknown)
    whole = {a: mentions.refer(o) if a in todo else o for a, o in universe.items()}
    # What an extension brings has no address, and roles are named in more ways than are understood.
    always = [
        a for a in universe if kinds[a.kind].of_server or (kinds[a.kind].as_declared and not kinds[a.kind].optional)
    ]
    whole = _behind([a for a in always if not kinds[a.kind].of_server], whole)
    failures: Failures = {}
    for seeds in ([*unknown, *always], list(whole)):
        wanted = closure(seeds, whole, kinds)
        with scratch.database() as database:
            failures = build(database, wanted, kinds)
            read = database.inspect().objects
        missing = [a for a in unknown if a not in read]
        if not failures and not missing:
            return {a: read[a] for a in unknown}
        elsewhere = _made_elsewhere(missing, read, whole)
        if len(wanted) == len(whole):
            break
    raise _refused(failures, missing, elsewhere, declared, whole, kinds)


def _behind(bringing: Collection[Address], objects: Mapping[Address, Object]) -> dict[Address, Object]:
    """The objects, better made after those that may bring what they use. One that was tried too early is made piece by
    piece, and the attributes of a type would not come in their order."""
    before = {*bringing, *(r for a in bringing for r in objects[a].references)}
    late = frozenset(bringing)
    return {
        a: o if o.parent is not None or a in before else o._replace(suggested=o.suggested | late)
        for a, o in objects.items()
    }


def _made_elsewhere(
    missing: list[Address], read: Mapping[Address, Object], wanted: Mapping[Address, Object]
) -> dict[Address, Object]:
    """What the server made in place of objects that are missing: the same but for the last part of the address."""
    others = {(a.kind, *a.path[:-1]): o for a, o in read.items() if a not in wanted}
    return {a: others[a.kind, *a.path[:-1]] for a in missing if (a.kind, *a.path[:-1]) in others}


def _refused(
    failures: Failures,
    missing: list[Address],
    elsewhere: Mapping[Address, Object],
    declared: Mapping[Address, Object],
    whole: Mapping[Address, Object],
    kinds: Mapping[str, Kind],
) -> DeclarationError | CircleError:
    """The server's words for each object it would not make, at its place in the file. whole: all there is, with what
    its texts mention: objects of which each lacks another are told to, since no order would have helped."""
    lines: list[str] = []
    for address, refusal in failures.items():
        obj = declared.get(address)
        place = f"{place_within(obj.origin, refusal)}: " if obj and obj.origin else ""
        lines.append(f"{place}{address.spoken}: {refusal.words[0]}")
        lines.extend(f"    {line}" for line in refusal.words[1:])
    found_closed = circles(needing({a: whole[a] for a in failures}))
    if found_closed:
        return closed({a: whole[a] for a in set().union(*found_closed)}, tuple(lines))
    for address in missing if not failures else ():
        obj, found = declared[address], elsewhere.get(address)
        if obj.parent in missing:
            continue  # it went where that did
        place = f"{place_of(obj.origin)}: " if obj.origin else ""
        what = f"{place}{address.kind.replace('_', ' ')} {kinds[address.kind].entry_key(obj)}"
        if found is None:
            lines.append(f"{what} was not there after it was made")
        else:
            lines.append(f"{what} is {kinds[address.kind].entry_key(found)} to the server; write the key so")
    return DeclarationError(
        "PostgreSQL does not accept the declared schema",
        detail=tuple(lines),
        advice="correct the declaration; nothing was changed on any database",
    )
