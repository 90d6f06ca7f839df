"""What a declared object may refer to, found without understanding SQL: every word of its texts that is the name of
something. That finds too much rather than too little, which on a scratch server costs nothing but time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from faberdb.model import Address, Kind, Object

_WORD = re.compile(r'"((?:[^"]|"")+)"|([A-Za-z_\x80-\U0010ffff][\w$\x80-\U0010ffff]*)|([-+*/<>=~!@#%^&|`?]+)')
"""A quoted name, a plain one, an operator."""


class Mentions:
    """The names that a set of objects bears, by their last part."""

    def __init__(self, objects: Mapping[Address, Object], kinds: Mapping[str, Kind]) -> None:
        self.objects, self.kinds = objects, kinds
        self.names: dict[str, list[Address]] = {}
        for address, obj in objects.items():
            for claim in kinds[address.kind].claims(obj):
                self.names.setdefault(claim[-1], []).append(address)

    def of(self, obj: Object) -> frozenset[Address]:
        """Addresses whose names the object's texts contain."""
        found: set[Address] = set()
        for text in self.kinds[obj.address.kind].mentions(obj):
            for quoted, plain, symbol in _WORD.findall(text):
                found.update(self.names.get(quoted.replace('""', '"') or symbol or plain.lower(), ()))
        return frozenset(found - {obj.address, obj.parent})

    def refer(self, obj: Object) -> Object:
        """The object with what its texts mention among its references."""
        return replace(obj, references=obj.references | self.of(obj))
