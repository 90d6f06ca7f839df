"""plan.json: written the same way every time, read only if nobody has changed it since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from pydantic import ValidationError

from faberdb.errors import FaberError, StaleError
from faberdb.model import CarriedRows
from faberdb.plan import records
from faberdb.plan.document import FORMAT_VERSION, Difference, Evidence, Plan, Stage
from faberdb.plan.lossless import lossless_until
from faberdb.plan.shape import PlanFile

SHOWN = 5
"""How many faults of a broken plan are listed."""


def to_json(plan: Plan) -> str:
    """The plan as text; the same plan always gives the same bytes."""
    document = _document(plan)
    document["sha256"] = _seal(document)
    return json.dumps(_in_order(document), indent=2, ensure_ascii=False) + "\n"


def _in_order(value: Any, key: str = "") -> Any:
    """The document with its keys sorted, but for what attributes hold: that is in the order in which the server has it
    (storage parameters), and a rollback gives it back so."""
    if isinstance(value, Mapping):
        return {k: v if key == "attributes" else _in_order(v, k) for k, v in sorted(value.items())}
    return [_in_order(part) for part in value] if isinstance(value, (list, tuple)) else value


def from_json(text: str, where: str) -> Plan:
    """The plan that `to_json` wrote. where: the file, for messages.

    Raises StaleError if the text was changed since, FaberError if it is no plan or of another format.
    """
    again = "write the plan anew: faberdb plan ENV --out plan.json"
    try:
        document = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        message = "this is not a plan: it is not JSON"
        raise FaberError(message, where=where, detail=(str(error),), advice=again) from None
    version = document.get("format_version") if isinstance(document, dict) else None
    if not isinstance(version, str):
        raise FaberError("this is not a plan of faberdb", where=where, advice=again)
    if version.split(".")[0] != FORMAT_VERSION.split(".")[0]:
        message = f"the plan has format {version}, this faberdb reads {FORMAT_VERSION}"
        raise FaberError(message, where=where, advice=f"use the faberdb that wrote it, or {again}")
    if document.get("sha256") != _seal(document):
        raise StaleError("the plan was edited after it was written", where=where, advice=again)
    try:
        PlanFile.model_validate(document)
        return _plan(document)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)
        lines = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in wrong[:SHOWN]]
        if len(wrong) > SHOWN:
            lines.append(f"and {len(wrong) - SHOWN} more")
        raise FaberError("the plan cannot be read", where=where, detail=tuple(lines), advice=again) from None
    except (ValueError, KeyError, TypeError) as error:
        raise FaberError("the plan cannot be read", where=where, detail=(str(error),), advice=again) from None


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """A key that stands twice would be one thing to us and another to who reads the plan with other eyes."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} stands twice")
        found[key] = value
    return found


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")


def _seal(document: Mapping[str, Any]) -> str:
    content = {key: value for key, value in document.items() if key != "sha256"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _document(plan: Plan) -> dict[str, Any]:
    until = lossless_until(plan.kept) if plan.kind == "apply" else None
    return {
        "format_version": FORMAT_VERSION,
        "plan_id": plan.plan_id,
        "kind": plan.kind,
        "of_plan": plan.of_plan,
        "created_at": plan.created_at,
        "expires_at": plan.expires_at,
        "environment": plan.environment,
        "database": {"identity": dict(plan.database), "version": plan.server_version},
        "from": {
            "fingerprint": plan.from_fingerprint,
            "state_serial": plan.state_serial,
            "lineage": plan.lineage,
        },
        "to": {"fingerprint": plan.to_fingerprint},
        "summary": {**plan.summary, **records.quarantine_to(plan)},
        "risk": plan.risk.word,
        "applyable": plan.applyable,
        "changes": [records.change_to(c) for c in plan.changes],
        "renames": [{"before": records.object_to(a), "after": records.object_to(b)} for a, b in plan.renames],
        "differences": [_difference_to(d) for d in plan.differences],
        "steps": [records.step_to(s) | ({"lossless_until": until(s)} if until else {}) for s in plan.steps],
        "rollback": [records.step_to(s) for s in plan.rollback],
        "kept": [records.kept_to(k) for k in plan.kept],
        "proof": None if plan.proof is None else _proof_to(plan.proof),
        "unmanaged": [records.unmanaged_to(u) for u in plan.unmanaged],
        "drift": [records.change_to(c) for c in plan.drift],
        "digests": {records.name(a): d for a, d in plan.digests.items()},
        "protection": {records.name(a): p for a, p in plan.protection.items()},
        "forgotten": [records.name(a) for a in plan.forgotten],
        **({"pending": list(map(records.pending_to, plan.pending))} if plan.pending else {}),
        **({"purges": list(plan.purges)} if plan.purges else {}),
        "stages": [
            {
                "transaction": s.transaction,
                "fingerprint": s.fingerprint,
                "differences": [_difference_to(d) for d in s.differences],
            }
            for s in plan.stages
        ],
    }


def _proof_to(proof: Evidence) -> dict[str, Any]:
    rows = proof.rows
    return {
        "server": proof.server,
        "scope": proof.scope,
        "forward": proof.forward,
        "backward": proof.backward,
        "rows": None
        if rows is None
        else {
            "tables": rows.tables,
            "rows": rows.rows,
            "forward": rows.forward,
            "backward": rows.backward,
            "thinned": dict(rows.thinned),
            "not_filled": dict(rows.not_filled),
            "counted": list(rows.counted),
        },
    }


def _proof_from(proof: Mapping[str, Any]) -> Evidence:
    rows = proof.get("rows")  # which plans of before there were any do not have
    return Evidence(
        proof["server"],
        proof["scope"],
        proof["forward"],
        proof["backward"],
        None if rows is None else CarriedRows(**{**rows, "counted": tuple(rows.get("counted", ()))}),
    )


def _difference_to(d: Difference) -> dict[str, Any]:
    return {
        "address": records.name(d.address),
        "before": records.object_to(d.before),
        "after": records.object_to(d.after),
    }


def _difference_from(d: Mapping[str, Any]) -> Difference:
    return Difference(
        records.address(d["address"]), records.optional_object(d["before"]), records.optional_object(d["after"])
    )


def _plan(document: Mapping[str, Any]) -> Plan:
    proof = document["proof"]
    return Plan(
        plan_id=document["plan_id"],
        kind=document["kind"],
        of_plan=document["of_plan"],
        created_at=document["created_at"],
        expires_at=document["expires_at"],
        environment=document["environment"],
        database=document["database"]["identity"],
        server_version=document["database"]["version"],
        from_fingerprint=document["from"]["fingerprint"],
        to_fingerprint=document["to"]["fingerprint"],
        lineage=document["from"]["lineage"],
        state_serial=document["from"]["state_serial"],
        changes=tuple(map(records.change_from, document["changes"])),
        renames=tuple((records.object_from(r["before"]), records.object_from(r["after"])) for r in document["renames"]),
        differences=tuple(map(_difference_from, document["differences"])),
        steps=tuple(map(records.step_from, document["steps"])),
        rollback=tuple(map(records.step_from, document["rollback"])),
        kept=tuple(map(records.kept_from, document["kept"])),
        proof=None if proof is None else _proof_from(proof),
        unmanaged=tuple(map(records.unmanaged_from, document["unmanaged"])),
        digests={records.address(a): d for a, d in document["digests"].items()},
        drift=tuple(map(records.change_from, document["drift"])),
        protection={records.address(a): p for a, p in document["protection"].items()},
        forgotten=tuple(map(records.address, document["forgotten"])),
        pending=tuple(map(records.pending_from, document.get("pending", ()))),
        purges=tuple(document.get("purges", ())),
        kept_bytes=records.kept_bytes_from(document["summary"]),
        despite_drop=document["summary"].get("quarantine", {}).get("despite_drop", False),
        stages=tuple(
            Stage(s["transaction"], s["fingerprint"], tuple(map(_difference_from, s["differences"])))
            for s in document["stages"]
        ),
    )
