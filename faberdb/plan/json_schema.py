"""The published JSON Schemas of plan.json, of state files and of journals beside them, for programs that read them."""

from __future__ import annotations

from typing import Any, Literal

from faberdb.plan.journal import JournalFile
from faberdb.plan.shape import Instant, KeptRecord, ObjectRecord, PendingRecord, PlanFile, Strict
from faberdb.plan.state import StateFile

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class AppliedRecord(Strict):
    """A migration record: one plan that was applied, with what it takes to take it back."""

    plan_id: str
    kind: str
    of_plan: str
    applied_at: Instant
    holder: str
    from_: str
    to: str
    differences: list[tuple[str, ObjectRecord | None, ObjectRecord | None]]
    """Address, before, after."""
    renames: list[tuple[ObjectRecord, ObjectRecord]]
    """Before, after."""
    kept: list[KeptRecord]
    summary: dict[str, int]
    outcome: Literal["applied", "unverified", "stopped"] = "applied"
    """stopped: the record is of what the committed transactions of the plan did."""
    backup: str = ""
    """Id of the backup that was taken before its first step."""
    purges: list[str] = []
    """Of a purge: ids of the plans of which it destroyed what was in quarantine."""
    checks: Literal["", "passed", "failed", "unfinished"] = ""
    """How the project's own checks after it ended; unfinished: they run, or never came to their end."""

    model_config = {"alias_generator": lambda name: name.rstrip("_")}


class PublishedStateFile(StateFile):
    """State of one environment."""

    # Reading takes these without a model, because there can be many.
    objects: list[ObjectRecord]
    applied: list[AppliedRecord]
    quarantine: list[KeptRecord] = []
    pending: list[PendingRecord] = []


def plan_schema() -> dict[str, Any]:
    """JSON Schema of plan.json."""
    return {"$schema": DIALECT, **PlanFile.model_json_schema(by_alias=True)}


def journal_schema() -> dict[str, Any]:
    """JSON Schema of a journal beside the state."""
    return {"$schema": DIALECT, **JournalFile.model_json_schema(by_alias=True)}


def state_schema() -> dict[str, Any]:
    """JSON Schema of a state file."""
    return {"$schema": DIALECT, **PublishedStateFile.model_json_schema(by_alias=True), "title": "StateFile"}
