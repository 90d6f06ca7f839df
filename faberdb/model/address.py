"""How objects are called."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_PLAIN_PART = re.compile(r"[a-z_][a-z0-9_$]*\Z")
_PART = re.compile(r'"((?:[^"]|"")*)"|([^."]+)')


@lru_cache(maxsize=100_000)
def _quoted(part: str) -> str:
    return part if _PLAIN_PART.match(part) else '"' + part.replace('"', '""') + '"'


class Address(NamedTuple):
    """Names one object of a database: a kind and a path, `column:public.customer.email`.

    Parts that are not plain lower-case identifiers are written in double quotes, as SQL does. A tuple, because a plan
    hashes and compares addresses by the hundred thousand.
    """

    kind: str
    path: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"

    @property
    def name(self) -> str:
        """The path as people read it, without the kind."""
        return ".".join(map(_quoted, self.path))

    @property
    def called(self) -> str:
        """The name as people write it: a last part in parentheses is the list of arguments of what is named before it,
        `public.total(integer)`."""
        *parts, last = self.path
        if not parts or not (last.startswith("(") and last.endswith(")")):
            return self.name
        return ".".join(map(_quoted, parts)) + last

    @property
    def spoken(self) -> str:
        """Kind and name in words: `foreign key public.invoice.invoice_customer_fkey`."""
        return f"{self.kind.replace('_', ' ')} {self.called}"

    @classmethod
    def parse(cls, text: str) -> Address:
        """The address that `str` wrote as `text`; raises ValueError for anything else."""
        kind, colon, rest = text.partition(":")
        if colon and rest and '"' not in rest and ".." not in rest and rest[0] != "." and rest[-1] != ".":
            return cls(kind, tuple(rest.split(".")))
        parts, position = [], 0
        while colon and position < len(rest):
            match = _PART.match(rest, position)
            if match is None:
                break
            parts.append(match[1].replace('""', '"') if match[1] is not None else match[2])
            position = match.end() + 1
        if not parts or position != len(rest) + 1:
            raise ValueError(f"not an address: {text!r}")
        return cls(kind, tuple(parts))
