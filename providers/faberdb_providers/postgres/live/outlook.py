"""What a plan has before it in the live database: how much its steps have to do there, and what is in their way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from faberdb.model import Object, Step
from faberdb_providers.postgres.live.estimating import estimated, worked_on
from faberdb_providers.postgres.live.right_now import right_now
from faberdb_providers.postgres.live.sizes import sizes
from faberdb_providers.postgres.measuring.meter import name_of
from faberdb_providers.postgres.names import dotted
from faberdb_providers.postgres.refusal import words


def outlook(
    connection: psycopg.Connection[Any], steps: Sequence[Step], renames: Sequence[tuple[Object, Object]]
) -> tuple[tuple[Step, ...], list[str]]:
    """The steps with their estimates, and what is to be said besides. renames: of the plan; a transaction after that of
    the renames calls things by their new names."""
    old = {dotted(*new.address.path): dotted(*old.address.path) for old, new in renames}
    names = {label: name for label in worked_on(steps) if (name := name_of(label))}
    remarks: list[str] = []
    try:
        found = sizes(connection, {*names.values(), *(old[name] for name in names.values() if name in old)})
    except psycopg.Error as error:
        found = {}
        remarks = [f"there is no estimate: how large relations are could not be looked at: {words(error)[0]}"]
    live = {label: name if name in found else old.get(name, name) for label, name in names.items()}
    steps = estimated(steps, {label: found[name] for label, name in live.items() if name in found})
    return steps, [*remarks, *right_now(connection, steps)]
