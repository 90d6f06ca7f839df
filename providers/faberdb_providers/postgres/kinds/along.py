"""What the entry of another object declares along with it: comments, the owner, privileges, security labels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from faberdb.model import Address, Change, Object, Place
from faberdb_providers.postgres.kinds.acl import attributes_of, owner_of, says_nothing
from faberdb_providers.postgres.pattern import pattern

PUBLIC_SCHEMA = Address("schema", ("public",))
STANDARD = "'standard public schema'"
"""The comment that initdb gives it."""


def comment_on(target: Address, text: str | None, place: Place, parent: Address | None = None) -> Iterator[Object]:
    """The comment object that a declaration's `comment` key stands for. An empty one says something only of what comes
    with a comment: the schema public."""
    if text or (text == "" and target == PUBLIC_SCHEMA):
        yield Object(
            Address("comment", (target.kind, *target.path)),
            {"text": text},
            parent or target,
            frozenset({parent or target}),
            place.scope,
            place.origin,
        )


def labels_on(
    target: Address, labels: Mapping[str, str], place: Place, parent: Address | None = None
) -> Iterator[Object]:
    """The security labels that a declaration's `security_labels` key stands for."""
    for provider, label in labels.items():
        address = Address("security_label", (target.kind, *target.path, provider))
        above = parent or target
        yield Object(address, {"label": label}, above, frozenset({above}), place.scope, place.origin)


def depending_on(target: Address, extensions: Iterable[str], place: Place | None = None) -> Iterator[Object]:
    """The objects that a declaration's `depends_on_extensions` key stands for."""
    scope, origin = (place.scope, place.origin) if place else ((), None)
    for extension in extensions:
        address = Address("extension_dependency", (target.kind, *target.path, extension))
        needs = frozenset({target, Address("extension", (extension,))})
        yield Object(address, {}, target, needs, scope, origin)


_PART = pattern(r"([A-Z]+(?: [A-Z]+)*) (.+)\Z", re.DOTALL)


def part_of(written: str, whole: Address) -> tuple[str, tuple[str, ...]]:
    """What a key of `part_comments` names, as kind and path. Raises ValueError."""
    match = _PART.match(written)
    if match is None:
        raise ValueError(f"{written!r} in `part_comments` must be what it is in capitals, then its name")
    what, name = match.groups()
    if what == "CONSTRAINT":
        above = whole.path[:-1] if whole.kind == "column" else whole.path
        return ("domain_constraint" if whole.kind == "domain" else "constraint"), (*above, name)
    if what == "INDEX":
        return "index", whole.path
    return "other", (what, name)


def part_key(address: Address) -> str:
    """How `part_comments` names what a comment is on."""
    kind, *path = address.path
    if kind in ("constraint", "domain_constraint", "index"):
        return f"{'INDEX' if kind == 'index' else 'CONSTRAINT'} {path[-1]}"
    return f"{path[0]} {path[1]}"


def owned_by(target: Address, role: str, place: Place | None = None) -> Object:
    """The owner object of something: after its schema's owner and what the role may do there, and after what is taken
    back from the role as one of many before it owns all."""
    needs = {target, Address("grant", (target.kind, *target.path, role)), Address("role", (role,))}
    if len(target.path) > 1:
        schema = target.path[0]
        needs |= {Address("owner", ("schema", schema)), Address("grant", ("schema", schema, role))}
    address = Address("owner", (target.kind, *target.path))
    scope, origin = (place.scope, place.origin) if place else ((), None)
    return Object(address, {"role": role}, target, frozenset(needs), scope, origin)


def grants_on(
    target: Address, grants: Mapping[str, list[str]], place: Place, parent: Address | None = None
) -> Iterator[Object]:
    """The grant objects that a declaration's `grants` key stands for, less those that only say what holds anyway."""
    for grantee, phrases in grants.items():
        attributes = attributes_of(phrases)
        if says_nothing(target.kind, grantee, attributes):
            continue
        needs = {parent or target, owner_of(parent or target)}
        if target.kind == "column":
            # Privileges on the table come first: taking one away there takes it from the columns too.
            holder = place.container if parent is None else parent
            above = "table" if holder is None else holder.kind
            needs.add(Address("grant", (above, *target.path[:-1], grantee)))
        address = Address("grant", (target.kind, *target.path, grantee))
        yield Object(address, attributes, parent or target, frozenset(needs), place.scope, place.origin)


def made_anew(obj: Object, change: Change) -> bool:
    """Whether what an object hangs on loses it by an ALTER: an enum whose values go is made anew under its name."""
    return change.disturbs and change.address == obj.parent and change.address.kind == "enum"
