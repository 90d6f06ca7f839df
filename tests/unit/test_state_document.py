"""State files: nothing is lost on the way to the file and back, and what is broken is said to be so."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings

import faberdb_schemas
from faberdb.cli.descriptions import describe
from faberdb.errors import StateError
from faberdb.model import Address, Kept, Object
from faberdb.plan.document import Difference
from faberdb.plan.json_schema import state_schema
from faberdb.plan.state import Record, State, from_json, to_json
from tests.unit.plan_values import STATES

TABLE = Address("table", ("public", "customer"))
EMAIL = Address("column", ("public", "customer", "email"))
KEPT = Kept(EMAIL, "values", "faberdb_quarantine.q_1", (), {"key": ["id"]})
RECORD = Record(
    plan_id="p1",
    kind="apply",
    of_plan="",
    applied_at="2026-01-02T03:04:05+00:00",
    holder="ann",
    from_fingerprint="sha256:a",
    to_fingerprint="sha256:b",
    differences=(Difference(EMAIL, Object(EMAIL, {"type": "text"}, TABLE), None),),
    renames=(),
    kept=(KEPT,),
    summary={"drop": 1},
)
STATE = State(
    lineage="l",
    serial=4,
    environment="dev",
    database={"system_identifier": "7"},
    fingerprint="sha256:b",
    objects={TABLE: Object(TABLE, {"options": {"b": 1, "a": 2}})},
    declared={TABLE: "d"},
    applied=(RECORD,),
)


SCHEMA = jsonschema.Draft202012Validator(state_schema())


def broken(**changes: Any) -> bytes:
    return json.dumps({**json.loads(to_json(STATE)), **changes}).encode()


@given(STATES)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_state_comes_back_as_it_went(state: State) -> None:
    data = to_json(state)
    assert from_json(data, "here") == state
    assert list(from_json(data, "here").objects) == list(state.objects)
    assert to_json(from_json(data, "here")) == data


@given(STATES)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_state_fits_the_published_schema(state: State) -> None:
    SCHEMA.validate(json.loads(to_json(state)))


def test_the_published_schema_is_fresh() -> None:
    describe()  # the texts beside attributes, as the generator has them
    file = Path(str(faberdb_schemas.__file__)).parent / "state.schema.json"
    assert json.loads(file.read_text("utf-8")) == state_schema(), "make docs"
    jsonschema.Draft202012Validator.check_schema(state_schema())
    with pytest.raises(jsonschema.ValidationError):
        SCHEMA.validate(json.loads(broken(objects=[{"adress": "table:x"}])))


def test_quarantine_lists_what_standing_plans_keep() -> None:
    assert len(json.loads(to_json(STATE))["quarantine"]) == 1
    undone = RECORD._replace(plan_id="p2", kind="rollback", of_plan="p1", kept=())
    state = STATE._replace(applied=(RECORD, undone))
    assert state.standing() == ()
    assert json.loads(to_json(state))["quarantine"] == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b"\xff\xfe{}",
        b"[" * 100_000,
        to_json(STATE)[:-40],
        broken(serial="4"),
        broken(format_version=1),
        broken(format_version=None),
        broken(objects={}),
        broken(objects=[{"address": "customer", "attributes": {}}]),
        broken(objects=[{"address": "table:x"}]),
        broken(objects=[None]),
        broken(objects=None),
        broken(declared={"x": "d"}),
        broken(declared={"table:x": 1}),
        broken(applied=[{}]),
        broken(applied=None),
        broken(surprise=1),
    ],
)
def test_a_broken_state_is_one_clear_error(data: bytes) -> None:
    with pytest.raises(StateError, match="the state cannot be read") as caught:
        from_json(data, "state of environment dev")
    assert caught.value.where == "state of environment dev"
    assert caught.value.detail


@pytest.mark.parametrize("version", ["2.0", "0.1"])
def test_another_major_is_refused_with_advice(version: str) -> None:
    with pytest.raises(StateError, match=f"the state has format {version}, this faberdb reads 1.0") as caught:
        from_json(broken(format_version=version), "here")
    assert caught.value.advice


def test_a_large_state_is_read_in_a_moment() -> None:
    """15,000 objects, against the time to read them as JSON; the bar is far above what it takes, to catch a blow-up."""
    tables = [Address("table", ("public", f"table_{n}")) for n in range(1000)]
    columns = [Address("column", (*table.path, f"column_{n}")) for table in tables for n in range(14)]
    objects = {table: Object(table, {}) for table in tables}
    for column in columns:
        table = Address("table", column.path[:2])
        objects[column] = Object(column, {"type": "text", "null": True}, table, frozenset({table}))
    data = to_json(STATE._replace(objects=objects, declared=dict.fromkeys(objects, "0" * 64)))
    start = time.process_time()
    json.loads(data)
    middle = time.process_time()
    assert len(from_json(data, "here").objects) == 15_000
    assert time.process_time() - middle < 40 * (middle - start)
