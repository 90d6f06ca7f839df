"""Remembered canonical forms: which declared objects need no scratch server because what they stand for is known.

A form is found by what was declared (its digest, which includes the schemas its names are looked up in) and holds as
long as everything it refers to still has the form it had then.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Iterable, Mapping
from typing import NamedTuple

from faberdb.canon.mentions import that_mention
from faberdb.model import Address, Attributes, Kind, Object


class Form(NamedTuple):
    """A canonical form with what it depends on.

    own: digest of the form itself. needs: digests of the forms it referred to, by address.
    """

    attributes: Attributes
    parent: Address | None
    own: str
    needs: Mapping[Address, str]


def digest(value: object) -> str:
    """Short content digest of a JSON value; key order does not count."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()[:24]


def declared_digest(obj: Object, context: str) -> str:
    """What was written, where its names are looked up, and on what server (context)."""
    parent = str(obj.parent) if obj.parent else ""
    return digest([context, str(obj.address), parent, obj.attributes, obj.scope])


def form_of(obj: Object, objects: Mapping[Address, Object]) -> Form:
    """The form of a canonical object among its fellows."""
    needs = {r: digest(objects[r].attributes) for r in obj.references if r in objects}
    return Form(obj.attributes, obj.parent, digest(obj.attributes), needs)


def recall(
    declared: Mapping[Address, Object],
    remembered: Mapping[str, Form],
    digests: Mapping[Address, str],
    kinds: Mapping[str, Kind],
    given: Mapping[Address, Object],
    names: Container[Address],
) -> dict[Address, Object]:
    """Canonical objects for as many declared ones as the remembered forms allow.

    given: objects that are not declared but may be referred to (kinds that are read only). names: under what names
    there is something now. A form falls when one that it needs is not there or is another, and when something new bears
    a name that it mentions, which may mean that from now on; what falls takes with it what needed it.
    """
    found: dict[Address, Form] = {}
    for address, obj in declared.items():
        if kinds[address.kind].as_declared:
            # What is optional says all there is to know, whatever becomes of what it stands on.
            needs = () if kinds[address.kind].optional else obj.references
            found[address] = Form(obj.attributes, obj.parent, "", dict.fromkeys(needs, ""))
        elif (form := remembered.get(digests[address])) is None:
            continue
        elif not kinds[address.kind].flaws.keys() & form.attributes:
            # What was read where something was wrong with it is not what was meant.
            found[address] = form
    referrers: dict[Address, list[Address]] = {}
    todo: list[Address] = []
    for address, form in found.items():
        for need, then in form.needs.items():
            referrers.setdefault(need, []).append(address)
            if need in found:
                now = found[need].own
                if then and now and now != then:
                    todo.append(address)
            elif need not in given:
                todo.append(address)
    remembered_ones = {a: declared[a] for a, form in found.items() if form.own}
    new = {a: o for a, o in declared.items() if a not in names}
    todo += [a for a, meant in that_mention(remembered_ones, new, kinds) if not meant <= found[a].needs.keys()]
    while todo:
        address = todo.pop()
        if found.pop(address, None) is not None:
            todo.extend(referrers.get(address, ()))
    return {a: canonical(declared[a], form.attributes, form.needs) for a, form in found.items()}


def canonical(declared: Object, attributes: Attributes, references: Iterable[Address]) -> Object:
    """The canonical object that a declared one stands for, with what the declaration says of the way there.

    What the declaration's own structure refers to counts beside the server's records, which say nothing of schemas in
    texts, nor of what the declaration names and does not hold (a grant on the table of a grant on a column)."""
    return Object(
        declared.address,
        attributes,
        declared.parent,
        declared.references.union(references),
        (),
        declared.origin,
        declared.renamed_from,
        declared.hints,
    )
