"""The state: what faberdb last knew of an environment's database, and how it came about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from faberdb.errors import BrokenStateError, StateError
from faberdb.model import Address, Kept, Object, Pending
from faberdb.plan import records
from faberdb.plan.document import Difference

FORMAT_VERSION = "1.0"


class Record(NamedTuple):
    """A migration record: one plan that was applied, with what it takes to take it back.

    outcome: `applied`; `unverified`, if the database was not what the plan promised, or was never looked at again; or
    `stopped`, if only its first transactions were committed: then the record is of what those did. backup: id of
    the one that was taken before its first step; empty where none was, or where only the journal tells of the plan.
    purges: of a purge, the plans of which it destroyed what was in quarantine. checks: how the project's own checks
    after it ended, `passed` or `failed`; `unfinished` as long as they run, and if they never came to their end; empty
    where there were none.
    """

    plan_id: str
    kind: str
    of_plan: str
    applied_at: str
    holder: str
    from_fingerprint: str
    to_fingerprint: str
    differences: tuple[Difference, ...]
    renames: tuple[tuple[Object, Object], ...]
    kept: tuple[Kept, ...]
    summary: Mapping[str, int]
    outcome: str = "applied"
    backup: str = ""
    purges: tuple[str, ...] = ()
    checks: str = ""

    def objects(self) -> dict[Address, Object]:
        """What the plan changed, as it was before or, where it was not there, as it became."""
        return {d.address: o for d in self.differences if (o := d.before or d.after)}


class State(NamedTuple):
    """lineage: given once, when the state is made. serial: one more with each write. declared: digest of the
    declaration behind each object; referring forms hold as long as they do. protected: what no plan may drop. pending:
    declared changes that the last plan left undone."""

    lineage: str
    serial: int
    environment: str
    database: Mapping[str, Any]
    fingerprint: str
    objects: Mapping[Address, Object] = {}
    declared: Mapping[Address, str] = {}
    applied: tuple[Record, ...] = ()
    protected: frozenset[Address] = frozenset()
    pending: tuple[Pending, ...] = ()

    def of_another(self, identity: Mapping[str, Any]) -> bool:
        """Whether it was written for another database than the one of this identity. A new name does not make it
        another, unless nothing else is known; what one of both does not tell (a managed service) tells nothing."""
        both = {k for k in self.database.keys() & identity.keys() if None not in (self.database[k], identity[k])}
        return any(self.database[k] != identity[k] for k in both - {"name"} or both)

    def ever_declared(self) -> frozenset[Address]:
        """What was declared once, as far as this tells: what is now, and what plans have changed."""
        changed = (d.address for record in self.applied for d in record.differences)
        renamed = (obj.address for record in self.applied for pair in record.renames for obj in pair)
        return frozenset((*self.declared, *changed, *renamed))

    def standing(self) -> tuple[Record, ...]:
        """Applied plans that were not taken back, oldest first."""
        undone = {r.of_plan for r in self.applied if r.kind == "rollback" and r.outcome != "stopped"}
        return tuple(r for r in self.applied if r.kind == "apply" and r.plan_id not in undone)

    def purged(self) -> dict[str, Record]:
        """The purge of each plan of which what was in quarantine is destroyed."""
        return {plan_id: record for record in self.applied for plan_id in record.purges}


class StateFile(BaseModel):
    """State of one environment."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)

    format_version: str
    lineage: str
    serial: int
    environment: str
    database: dict[str, Any]
    fingerprint: str
    objects: list[Any]
    declared: dict[str, str]
    applied: list[Any]
    protected: list[str] = []
    pending: list[Any] = []
    quarantine: list[Any] = []
    backups: list[Any] = []


def to_json(state: State) -> bytes:
    """The state as it is stored; one line, because it is read by programs and can be large."""
    purged = state.purged()
    document = {
        "format_version": FORMAT_VERSION,
        "lineage": state.lineage,
        "serial": state.serial,
        "environment": state.environment,
        "database": dict(state.database),
        "fingerprint": state.fingerprint,
        "objects": [records.object_to(o) for o in state.objects.values()],
        "declared": {records.name(a): d for a, d in state.declared.items()},
        "applied": [_record_to(r) for r in state.applied],
        "protected": sorted(map(records.name, state.protected)),
        **({"pending": list(map(records.pending_to, state.pending))} if state.pending else {}),
        "quarantine": [records.kept_to(k) for r in state.standing() if r.plan_id not in purged for k in r.kept],
        "backups": [],
    }
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def from_json(data: bytes, where: str) -> State:
    """The state that `to_json` wrote. Raises StateError for anything else."""
    try:
        document = json.loads(data)
        version = document["format_version"]
        if version.split(".")[0] != FORMAT_VERSION.split(".")[0]:
            raise StateError(
                f"the state has format {version}, this faberdb reads {FORMAT_VERSION}",
                where=where,
                advice="use the faberdb that wrote it, or a newer one",
            )
        StateFile.model_validate(document)
        objects = [records.object_from(o) for o in document["objects"]]
        return State(
            document["lineage"],
            document["serial"],
            document["environment"],
            document["database"],
            document["fingerprint"],
            {o.address: o for o in objects},
            {records.address(a): d for a, d in document["declared"].items()},
            tuple(map(_record_from, document["applied"])),
            frozenset(map(records.address, document.get("protected", ()))),
            tuple(map(records.pending_from, document.get("pending", ()))),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BrokenStateError("the state cannot be read", where=where, detail=(str(error),)) from None


def _record_to(record: Record) -> dict[str, Any]:
    return {
        "plan_id": record.plan_id,
        "kind": record.kind,
        "of_plan": record.of_plan,
        "applied_at": record.applied_at,
        "holder": record.holder,
        "from": record.from_fingerprint,
        "to": record.to_fingerprint,
        "differences": [
            [records.name(d.address), records.object_to(d.before), records.object_to(d.after)]
            for d in record.differences
        ],
        "renames": [[records.object_to(a), records.object_to(b)] for a, b in record.renames],
        "kept": [records.kept_to(k) for k in record.kept],
        "summary": dict(record.summary),
        "outcome": record.outcome,
        **({"backup": record.backup} if record.backup else {}),
        **({"purges": list(record.purges)} if record.purges else {}),
        **({"checks": record.checks} if record.checks else {}),
    }


def _record_from(document: Any) -> Record:
    return Record(
        document["plan_id"],
        document["kind"],
        document["of_plan"],
        document["applied_at"],
        document["holder"],
        document["from"],
        document["to"],
        tuple(
            Difference(records.address(a), records.optional_object(b), records.optional_object(c))
            for a, b, c in document["differences"]
        ),
        tuple((records.object_from(a), records.object_from(b)) for a, b in document["renames"]),
        tuple(map(records.kept_from, document["kept"])),
        document["summary"],
        document.get("outcome", "applied"),
        document.get("backup", ""),
        tuple(document.get("purges", ())),
        document.get("checks", ""),
    )


def schema() -> dict[str, Any]:
    """JSON Schema of a state file."""
    return StateFile.model_json_schema()
