"""The model's values as JSON and back: one function pair per value, for plan and state alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import Any, Protocol

from faberdb.model import (
    Action,
    Address,
    Batches,
    Change,
    Effects,
    Estimate,
    Hazard,
    Kept,
    KeptBytes,
    LiveRows,
    Lock,
    Object,
    Pending,
    Risk,
    Statement,
    Step,
    Unmanaged,
)


@lru_cache(maxsize=1 << 17)
def address(text: str) -> Address:
    """The address that was written as `text`; a document names each many times. Raises ValueError."""
    kind, _, rest = text.partition(":")
    path = tuple(rest.split("."))
    return Address(kind, path) if kind and '"' not in rest and all(path) else Address.parse(text)


@lru_cache(maxsize=1 << 17)
def name(address: Address) -> str:
    return str(address)


def object_to(obj: Object | None) -> Any:
    if obj is None:
        return None
    record: dict[str, Any] = {"address": name(obj.address), "attributes": obj.attributes}
    if obj.parent:
        record["parent"] = name(obj.parent)
    if obj.references:
        record["references"] = sorted(map(name, obj.references))
    if obj.hints:
        record["hints"] = obj.hints
    return record


def object_from(record: Any) -> Object:
    parent = record.get("parent")
    return Object(
        address(record["address"]),
        record["attributes"],
        address(parent) if parent else None,
        frozenset([address(text) for text in record.get("references", ())]),
        hints=record.get("hints", {}),
    )


def optional_object(record: Any) -> Object | None:
    return None if record is None else object_from(record)


def change_to(change: Change) -> dict[str, Any]:
    return {
        "address": str(change.address),
        "kind": change.address.kind,
        "action": change.action.value,
        "reason": change.reason,
        "before": object_to(change.before),
        "after": object_to(change.after),
    }


def change_from(record: Any) -> Change:
    return Change(
        address(record["address"]),
        Action(record["action"]),
        optional_object(record["before"]),
        optional_object(record["after"]),
        record["reason"],
    )


def step_to(step: Step) -> dict[str, Any]:
    s = step.statement
    return {
        "id": step.id,
        "address": str(step.address),
        "action": step.action.value,
        "sql": s.sql,
        "transaction": step.transaction,
        "depends_on": list(step.depends_on),
        "scope": list(step.scope),
        "risk": s.risk.word,
        "hazards": [{"code": h.code, "message": h.message} for h in s.hazards],
        "outside_transaction": s.outside,
        "done_when": s.done_when,
        **effects_to(step.effects),
        **({"estimate": asdict(step.estimate)} if step.estimate else {}),
        "probe": list(s.probe),
        **({"batches": batches_to(s.batches)} if s.batches else {}),
        **({"secrets": list(s.secrets)} if s.secrets else {}),
        **({"beside": [str(a) for a in s.beside]} if s.beside else {}),
        **({"data": live_to(step.live)} if step.live else {}),
    }


def batches_to(parts: Batches) -> dict[str, Any]:
    ending = {"ending": parts.ending} if parts.ending else {}
    return {"table": parts.table, "key": list(parts.key), "condition": parts.condition, **ending}


def _batches_from(record: Any) -> Batches | None:
    found = record.get("batches")
    if not found:
        return None
    fills = address(record["address"])
    return Batches(found["table"], tuple(found["key"]), found["condition"], fills, found.get("ending", ""))


def step_from(record: Any) -> Step:
    statement = Statement(
        record["sql"],
        Risk[record["risk"].upper()],
        tuple(Hazard(h["code"], h["message"]) for h in record["hazards"]),
        outside=record["outside_transaction"],
        done_when=record["done_when"],
        probe=tuple(record["probe"]),
        secrets=tuple(record.get("secrets", ())),
        batches=_batches_from(record),
        beside=tuple(map(address, record.get("beside", ()))),
    )
    return Step(
        record["id"],
        address(record["address"]),
        Action(record["action"]),
        statement,
        record["transaction"],
        tuple(record["depends_on"]),
        tuple(record["scope"]),
        effects_from(record),
        estimate_from(record.get("estimate")),
        live_from(record.get("data")),
    )


class Keeping(Protocol):
    """What of a plan tells of quarantine."""

    @property
    def kept(self) -> Sequence[Kept]: ...
    @property
    def kept_bytes(self) -> KeptBytes | None: ...
    @property
    def despite_drop(self) -> bool: ...


def quarantine_to(plan: Keeping) -> dict[str, Any]:
    """What a summary tells of what goes to quarantine: nothing where nothing does."""
    if not plan.kept:
        return {}
    size = plan.kept_bytes
    told = (
        {"bytes": size.bytes, "estimated_bytes": size.estimated} if size else {"bytes": None, "estimated_bytes": None}
    )
    despite = {"despite_drop": True} if plan.despite_drop else {}
    return {"quarantine": {"things": len(plan.kept), **told, **despite}}


def kept_bytes_from(summary: Any) -> KeptBytes | None:
    found = summary.get("quarantine")  # which plans of before it was counted do not have
    return KeptBytes(found["bytes"], found["estimated_bytes"]) if found and found["bytes"] is not None else None


def live_to(live: LiveRows) -> dict[str, Any]:
    if live.unchecked:
        return {"checked": False, "reason": live.unchecked}
    return {"checked": True, "rows": live.number, **({"more": True} if live.more else {})}


def live_from(record: Any) -> LiveRows | None:
    if record is None:
        return None
    return LiveRows(record.get("rows", 0), record.get("more", False), unchecked=record.get("reason", ""))


def effects_to(effects: Effects | None) -> dict[str, Any]:
    """Keys of a step; none where nothing was measured."""
    if effects is None:
        return {}
    locks = [{"relation": lock.relation, "mode": lock.mode} for lock in effects.locks]
    remarks = {"remarks": list(effects.remarks)} if effects.remarks else {}
    return {"locks": locks, "rewrites": list(effects.rewrites), "scans": list(effects.scans), **remarks}


def effects_from(record: Any) -> Effects | None:
    if record.get("locks") is None:
        return None
    locks = tuple(Lock(lock["relation"], lock["mode"]) for lock in record["locks"])
    return Effects(locks, tuple(record["rewrites"]), tuple(record["scans"]), tuple(record.get("remarks", ())))


def pending_to(pending: Pending) -> dict[str, Any]:
    return {
        "address": str(pending.address),
        "action": pending.action.value,
        "risk": pending.risk.word,
        "hazards": list(pending.codes),
    }


def pending_from(record: Any) -> Pending:
    return Pending(
        address(record["address"]), Action(record["action"]), Risk[record["risk"].upper()], tuple(record["hazards"])
    )


def estimate_from(record: Any) -> Estimate | None:
    return None if record is None else Estimate(**{**record, "of": tuple(record["of"])})


def kept_to(kept: Kept) -> dict[str, Any]:
    return {
        "address": str(kept.address),
        "form": kept.form,
        "place": kept.place,
        "carries": [str(a) for a in kept.carries],
        "detail": kept.detail,
    }


def kept_from(record: Any) -> Kept:
    return Kept(
        address(record["address"]),
        record["form"],
        record["place"],
        tuple(address(a) for a in record["carries"]),
        record["detail"],
    )


def unmanaged_to(item: Unmanaged) -> dict[str, str]:
    return {"what": item.what, "name": item.name, "reason": item.reason}


def unmanaged_from(record: Any) -> Unmanaged:
    return Unmanaged(record["what"], record["name"], record["reason"])
