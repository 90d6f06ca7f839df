"""What a declared object may refer to, found without understanding SQL: every word of its texts that is the name of
something. That finds too much rather than too little, which on a scratch server costs nothing but time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from faberdb.model import Address, Kind, Object

_WORD = re.compile(r'"((?:[^"]|"")+)"|([^\x00-@\[-^`{-\x7f][^\x00-#%-/:-@\[-^`{-\x7f]*)|([-+*/<>=~!@#%^&|`?]+)')
"""A quoted name, a plain one, an operator. A plain one is of letters, digits, _, $ and all that is not ASCII; that is
said by what is left out, because a class up to the last code point takes Python's compiler ten milliseconds."""


def words_of(text: str) -> set[str]:
    """The words of an SQL text that could be names, as the server would read them."""
    return {quoted.replace('""', '"') or symbol or plain.lower() for quoted, plain, symbol in _WORD.findall(text)}


class Mentions:
    """The names that a set of objects bears, by their last part."""

    def __init__(self, objects: Mapping[Address, Object], kinds: Mapping[str, Kind]) -> None:
        self.objects, self.kinds = objects, kinds
        self.names: dict[str, list[Address]] = {}
        for address, obj in objects.items():
            for name in {claim[-1] for claim in kinds[address.kind].names(obj)}:
                self.names.setdefault(name, []).append(address)

    def of(self, obj: Object, texts: Iterable[str]) -> frozenset[Address]:
        """Addresses whose names some texts of the object contain."""
        found: set[Address] = set()
        for text in texts:
            for word in words_of(text):
                found.update(self.names.get(word, ()))
        return frozenset(found - {obj.address, obj.parent})

    def refer(self, obj: Object) -> Object:
        """The object with what its texts mention among its references, and what its opaque ones suggest."""
        kind = self.kinds[obj.address.kind]
        mentioned = frozenset(self._before(found, obj) for found in self.of(obj, kind.mentions(obj)))
        return obj._replace(references=obj.references | mentioned, suggested=self.of(obj, kind.opaque(obj)))

    def _before(self, found: Address, obj: Object) -> Address:
        """What an object is mentioned for: where it is made of the one that mentions it, what comes before it."""
        kind = self.kinds[found.kind]
        if kind.forerunner and obj.address in self.of(self.objects[found], kind.mentions(self.objects[found])):
            return Address(kind.forerunner, found.path)
        return found


def suggest(objects: Mapping[Address, Object], kinds: Mapping[str, Kind]) -> dict[Address, Object]:
    """Canonical objects with what their opaque texts suggest, which the server keeps no record of."""
    texts = {a: found for a, o in objects.items() if (found := tuple(kinds[a.kind].opaque(o)))}
    if not texts:
        return dict(objects)
    mentions = Mentions(objects, kinds)
    heard = {a: objects[a]._replace(suggested=mentions.of(objects[a], found)) for a, found in texts.items()}
    return {**objects, **heard}


def that_mention(
    objects: Mapping[Address, Object], new: Mapping[Address, Object], kinds: Mapping[str, Kind]
) -> Iterator[tuple[Address, frozenset[Address]]]:
    """The objects whose texts contain the name of something new, each with what that could be. What is named within
    something else (a column, an index) takes no name over."""
    around = {
        a: o
        for a, o in new.items()
        if not kinds[a.kind].as_declared and (o.parent is None or len(a.path) <= len(o.parent.path))
    }
    mentions = Mentions(around, kinds)
    if not mentions.names:
        return
    # Taking all texts apart would take longer than all else that a small plan takes.
    near = re.compile("|".join(re.escape(name.replace('"', '""')) for name in mentions.names), re.IGNORECASE)
    for address, obj in objects.items():
        texts = [text for text in kinds[address.kind].mentions(obj) if near.search(text)]
        if texts and (found := mentions.of(obj, texts)):
            yield address, found
