"""The document of a journal that is kept beside the state: writing and reading it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from faberdb.errors import StateError
from faberdb.model import NotedPlan, NotedTransaction

FORMAT_VERSION = "1.0"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)


class TransactionRecord(_Strict):
    """One transaction of a plan, as far as it came."""

    number: int
    outcome: Literal["begun", "committing", "done"]
    """begun: a statement outside of transactions is about to run. committing: noted right before COMMIT."""
    id: str
    """What the server calls the transaction (pg_current_xact_id); empty outside of any."""


class PlanRecord(_Strict):
    """A plan that was begun. Times are those of the database server."""

    plan_id: str
    number: int
    kind: str
    state: str
    """`running` as long as nobody noted how it ended."""
    holder: str
    started: str
    ended: str
    noted: str
    database: dict[str, Any]
    """The identity of the database that it was begun on."""
    document: str
    """The plan, as JSON."""
    transactions: list[TransactionRecord]
    restored: list[dict[str, Any]]
    """The identities of databases that restores have made of that one."""


class JournalFile(_Strict):
    """Journal of the applies to one environment, where it is not in the database."""

    format_version: str
    environment: str
    token: str
    """Another one each time that an apply takes the journal."""
    holder: str
    """Who took it last."""
    plans: list[PlanRecord]


def to_json(environment: str, token: str, holder: str, plans: Sequence[NotedPlan]) -> bytes:
    """The journal as it is stored; one line, because it is read by programs and can be large."""
    document = {
        "format_version": FORMAT_VERSION,
        "environment": environment,
        "token": token,
        "holder": holder,
        "plans": [_record(plan) for plan in plans],
    }
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def _record(plan: NotedPlan) -> dict[str, Any]:
    databases = {"database": dict(plan.database), "restored": [dict(one) for one in plan.restored]}
    return {**asdict(replace(plan, database={}, restored=())), **databases}


def from_json(data: bytes, where: str) -> tuple[NotedPlan, ...]:
    """The plans in a journal that `to_json` wrote, in the order in which they were begun. Raises StateError for
    anything else."""
    try:
        version = json.loads(data)["format_version"]
        if version.split(".")[0] != FORMAT_VERSION.split(".")[0]:
            raise StateError(
                f"the journal has format {version}, this faberdb reads {FORMAT_VERSION}",
                where=where,
                advice="use the faberdb that wrote it, or a newer one",
            )
        found = JournalFile.model_validate_json(data)
    except (ValueError, KeyError, TypeError, AttributeError, ValidationError):
        raise StateError(
            "this is no journal that faberdb wrote: it was cut off, or edited",
            where=where,
            advice="put back the copy before it, where the store keeps one; else move it away and write down what the"
            " database is now: faberdb import ENVIRONMENT. What it told of plans that stopped part way is lost then",
        ) from None
    return tuple(sorted(map(_plan, found.plans), key=lambda plan: plan.number))


def _plan(record: PlanRecord) -> NotedPlan:
    transactions = tuple(NotedTransaction(**one.model_dump()) for one in record.transactions)
    return NotedPlan(**{**record.model_dump(), "transactions": transactions, "restored": tuple(record.restored)})
