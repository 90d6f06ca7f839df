"""What a plan has before it in the live database: how much its steps have to do there, and what is in their way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from faberdb.model import Kept, KeptBytes, Object, Step
from faberdb_providers.postgres.live.estimating import estimated, kept_bytes, kept_names, worked_on
from faberdb_providers.postgres.live.right_now import right_now
from faberdb_providers.postgres.live.sizes import sizes
from faberdb_providers.postgres.measuring.meter import name_of
from faberdb_providers.postgres.names import dotted
from faberdb_providers.postgres.refusal import words


def outlook(
    connection: psycopg.Connection[Any],
    steps: Sequence[Step],
    renames: Sequence[tuple[Object, Object]],
    kept: Sequence[Kept] = (),
) -> tuple[tuple[Step, ...], KeptBytes | None, list[str]]:
    """The steps with their estimates, how much goes to quarantine, and what is to be said besides. renames: of the
    plan; a transaction after that of the renames calls things by their new names."""
    old = {dotted(*new.address.path): dotted(*old.address.path) for old, new in renames}
    names = {label: name for label in worked_on(steps) if (name := name_of(label))}
    moved = kept_names(kept)
    asked = {*names.values(), *moved}
    remarks: list[str] = []
    try:
        found = sizes(connection, {*asked, *(old[name] for name in asked if name in old)})
    except psycopg.Error as error:
        unknown = f"there is no estimate: how large relations are could not be looked at: {words(error)[0]}"
        return tuple(steps), None, [unknown, *right_now(connection, steps)]
    live = {name: found[other] for name in asked if (other := name if name in found else old.get(name)) in found}
    by_label = {label: live[name] for label, name in names.items() if name in live}
    size = kept_bytes(kept, steps, [live[name] for name in moved if name in live], by_label)
    steps = estimated(steps, by_label)
    return steps, size, [*remarks, *right_now(connection, steps)]
