"""What a plan says of live rows, for tests of it."""

from __future__ import annotations

from collections.abc import Mapping

from faberdb.model import Limits, LiveRows, Step
from faberdb_providers.postgres.provider import provider
from tests.migration import Migration, declare, opened
from tests.servers import Server

PATIENT = Limits(1.0, 10.0)
FIT = LiveRows()


def look(conninfo: str, server: Server, wanted: str, limits: Limits | None = PATIENT) -> dict[str, list[Step]]:
    """The steps of a plan that live rows may be in the way of, by address."""
    plan = Migration(server.scratch()).plan(conninfo, declare({"public.toml": wanted}))
    found: dict[str, list[Step]] = {}
    with opened(conninfo) as session:
        for step in provider.with_live_rows(session, plan.steps, limits):
            if step.live is not None:
                found.setdefault(str(step.address), []).append(step)
    return found


def said(found: Mapping[str, list[Step]]) -> dict[str, list[LiveRows | None]]:
    return {address: [step.live for step in steps] for address, steps in found.items()}
