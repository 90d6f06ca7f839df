"""How a raw step is called, and how it names what it comes before or after."""

from __future__ import annotations

import re
from collections.abc import Collection

from faberdb.model import Address
from faberdb_providers.postgres.pattern import pattern

PREFIX = "step_"
"""What the name of a step follows in the name of the type that notes that it was done."""
NAME = pattern(r"[a-z0-9_][a-z0-9_-]{0,57}")
"""What a step may be called: the mark that it was done is a type of this name, after five letters of ours."""


def place(text: str, kinds: Collection[str]) -> Address:
    """The address that was written as a plan prints it, or with a colon after the kind. Raises ValueError."""
    kind, colon, rest = text.partition(":")
    if not (colon and kind in kinds):
        words = text.split(" ")
        spoken = (n for n in range(len(words) - 1, 0, -1) if "_".join(words[:n]) in kinds)
        count = next(spoken, 0)
        kind, rest = "_".join(words[:count]), " ".join(words[count:])
    if not (kind and rest):
        raise ValueError(
            f"`{text}` does not say what it is and how it is called; write it as a plan prints it:"
            " `column public.customer.region`"
        )
    called = re.fullmatch(r"(?P<name>[^(]+)(?<![.])(?P<arguments>\(.*\))", rest)
    if called is None:
        return Address.parse(f"{kind}:{rest}")
    return Address(kind, (*Address.parse(f"{kind}:{called['name']}").path, called["arguments"]))
