"""plan.json: nothing is lost on the way to the file and back, and nothing that was changed on the way is used."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings

import faberdb_schemas
from faberdb.cli.descriptions import describe
from faberdb.errors import ExitCode, FaberError, StaleError
from faberdb.model import Action, Address, CarriedRows, Change, Hazard, Kept, Object, Risk, Statement, Step, Unmanaged
from faberdb.plan.codec import from_json, to_json
from faberdb.plan.document import Difference, Evidence, Plan
from faberdb.plan.fingerprint import fingerprint
from faberdb.plan.json_schema import plan_schema
from tests.unit.plan_values import OBJECTS, PLANS

TABLE = Address("table", ("public", "customer"))
EMAIL = Address("column", ("public", "customer", 'e"mail'))
BEFORE = Object(EMAIL, {"type": "text"}, TABLE, frozenset({TABLE}))
AFTER = Object(EMAIL, {"type": "citext", "null": True}, TABLE, frozenset({TABLE}))
PLAN = Plan(
    plan_id="p1",
    kind="apply",
    of_plan="",
    created_at="2026-01-02T03:04:05+00:00",
    expires_at="2026-01-09T03:04:05+00:00",
    environment="dev",
    database={"system_identifier": "7", "database_oid": 5, "resource": None},
    server_version=18,
    from_fingerprint="sha256:a",
    to_fingerprint="sha256:b",
    lineage="l",
    state_serial=3,
    changes=(Change(EMAIL, Action.ALTER, BEFORE, AFTER, "the type differs"),),
    renames=((Object(TABLE, {}), Object(Address("table", ("public", "client")), {})),),
    differences=(Difference(EMAIL, BEFORE, AFTER),),
    steps=(
        Step("0001", EMAIL, Action.ALTER, Statement("ALTER … ÿ", Risk.DANGEROUS, (Hazard("rewrite", "It is."),)), 1),
        Step("0002", EMAIL, Action.ALTER, Statement("CREATE INDEX …", outside=True, done_when="select"), 2, ("0001",)),
    ),
    rollback=(Step("0001", EMAIL, Action.ALTER, Statement("ALTER"), 1),),
    kept=(Kept(EMAIL, "values", "faberdb_quarantine.q_1", (TABLE,), {"key": ["id"]}),),
    proof=Evidence(
        "PostgreSQL 18.4", "full", True, True, CarriedRows(1, 6, True, True, {"public.t": "few"}, {"public.u": "none"})
    ),
    unmanaged=(Unmanaged("function", "public.f()", "not modelled"),),
    digests={EMAIL: "d"},
)


SCHEMA = jsonschema.Draft202012Validator(plan_schema())


def sealed(document: dict[str, Any]) -> str:
    """What a person would have to do who edits a plan and wants it to be taken for whole."""
    content = {key: value for key, value in document.items() if key != "sha256"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return json.dumps({**content, "sha256": hashlib.sha256(text.encode()).hexdigest()})


def edited(*keys: str | int, value: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(to_json(PLAN))
    place: Any = document
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    return document


@given(PLANS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_plan_comes_back_as_it_went(plan: Plan) -> None:
    text = to_json(plan)
    assert from_json(text, "plan.json") == plan
    assert to_json(from_json(text, "plan.json")) == text


@given(PLANS)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_plan_fits_the_published_schema(plan: Plan) -> None:
    SCHEMA.validate(json.loads(to_json(plan)))


def test_the_schema_refuses_what_faberdb_does() -> None:
    for document in (edited("drfit", value=[]), edited("steps", 0, "risk", value="none")):
        with pytest.raises(jsonschema.ValidationError):
            SCHEMA.validate(document)


def test_two_plans_differ_in_id_and_times_only() -> None:
    other = PLAN._replace(plan_id="p2", created_at="2027-01-02T03:04:05+00:00", expires_at="2027-01-09T03:04:05+00:00")
    lines = zip(to_json(PLAN).splitlines(), to_json(other).splitlines(), strict=True)
    differing = [one.split(":")[0].strip(' "') for one, two in lines if one != two]
    assert differing == ["created_at", "expires_at", "plan_id", "sha256"]


def test_a_plan_of_before_there_were_rows_can_be_read() -> None:
    document = json.loads(to_json(PLAN))
    del document["proof"]["rows"]
    found = from_json(sealed(document), "plan.json").proof
    assert found is not None
    assert (found.server, found.rows) == ("PostgreSQL 18.4", None)


def test_the_order_of_mappings_leaves_no_trace() -> None:
    changed = PLAN._replace(
        database=dict(reversed(list(PLAN.database.items()))),
        differences=(Difference(EMAIL, BEFORE, AFTER._replace(attributes={"null": True, "type": "citext"})),),
    )
    assert to_json(changed) == to_json(PLAN)


def test_the_file_is_read_by_people() -> None:
    text = to_json(PLAN)
    assert text.endswith("}\n")
    assert "ALTER … ÿ" in text
    document = json.loads(text)
    assert document["risk"] == "dangerous"
    assert document["applyable"] is True
    assert document["summary"]["alter"] == 1
    assert document["changes"][0]["address"] == 'column:public.customer."e""mail"'
    assert list(document) == sorted(document)


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (("steps", 0, "sql"), "DROP TABLE customer"),
        (("environment",), "production"),
        (("expires_at",), "2099-01-01T00:00:00+00:00"),
        (("from", "fingerprint"), "sha256:c"),
        (("unknown",), 1),
        (("sha256",), None),
    ],
)
def test_an_edited_plan_is_stale(keys: tuple[str | int, ...], value: Any) -> None:
    with pytest.raises(StaleError, match="the plan was edited after it was written") as caught:
        from_json(json.dumps(edited(*keys, value=value)), "plan.json")
    assert caught.value.code is ExitCode.STALE
    assert caught.value.where == "plan.json"
    assert "faberdb plan" in caught.value.advice


def test_layout_is_no_edit() -> None:
    assert from_json(json.dumps(json.loads(to_json(PLAN)), indent=7), "plan.json") == PLAN


@pytest.mark.parametrize("version", ["2.0", "0.9", "10.0"])
def test_another_major_is_refused_with_advice(version: str) -> None:
    with pytest.raises(FaberError, match=f"the plan has format {version}, this faberdb reads 1.0") as caught:
        from_json(sealed(edited("format_version", value=version)), "plan.json")
    assert "use the faberdb that wrote it" in caught.value.advice


@pytest.mark.parametrize(
    ("keys", "value", "said"),
    [
        (("steps", 0, "transaction"), "1", "steps.0.transaction: Input should be a valid integer"),
        (("steps", 0, "address"), "customer", "not an address: 'customer'"),
        (("steps", 0, "address"), 'table:"open', "not an address"),
        (("steps", 0, "risk"), "none", "steps.0.risk: Input should be 'safe'"),
        (("steps",), {}, "steps: Input should be a valid list"),
        (("changes", 0), None, "changes.0: Input should be"),
        (("expires_at",), "tomorrow", "expires_at: "),
        (("expires_at",), "2026-01-09T03:04:05", "expires_at: Value error, a time needs a zone"),
        (("drfit",), [], "drfit: Extra inputs are not permitted"),
        (("applyable",), "yes", "applyable: Input should be a valid boolean"),
    ],
)
def test_a_broken_plan_is_one_clear_error(keys: tuple[str | int, ...], value: Any, said: str) -> None:
    with pytest.raises(FaberError, match="the plan cannot be read") as caught:
        from_json(sealed(edited(*keys, value=value)), "plan.json")
    assert said in "\n".join(caught.value.detail)
    assert caught.value.where == "plan.json"
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("key", [key for key in json.loads(to_json(PLAN)) if key not in ("format_version", "sha256")])
def test_nothing_may_be_missing(key: str) -> None:
    document = json.loads(to_json(PLAN))
    del document[key]
    with pytest.raises(FaberError, match="the plan cannot be read") as caught:
        from_json(sealed(document), "plan.json")
    assert caught.value.detail == (f"{key}: Field required",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Expecting value"),
        (to_json(PLAN)[:-20], "Unterminated string"),
        ("[" * 100_000, "recursion"),
        ('{"format_version": "1.0", "a": NaN}', "NaN is no JSON value"),
        (to_json(PLAN).replace('"risk"', '"kept": [], "risk"', 1), "the key 'kept' stands twice"),
    ],
)
def test_what_is_not_json_is_no_plan(text: str, said: str) -> None:
    with pytest.raises(FaberError, match="this is not a plan: it is not JSON") as caught:
        from_json(text, "plan.json")
    assert said in "\n".join(caught.value.detail)


@pytest.mark.parametrize("text", ["[]", "1", "null", "{}", '{"format_version": 1}', '"1.0"'])
def test_other_json_is_no_plan(text: str) -> None:
    with pytest.raises(FaberError, match="this is not a plan of faberdb"):
        from_json(text, "plan.json")


def test_the_published_schema_is_fresh() -> None:
    describe()  # the texts beside attributes, as the generator has them
    file = Path(str(faberdb_schemas.__file__)).parent / "plan.schema.json"
    assert json.loads(file.read_text("utf-8")) == plan_schema(), "make docs"
    jsonschema.Draft202012Validator.check_schema(plan_schema())


@given(OBJECTS, OBJECTS)
@settings(max_examples=40, deadline=None)
def test_a_fingerprint_is_of_content_not_of_order(one: Object, two: Object) -> None:
    objects = {one.address: one, two.address: two}
    assert fingerprint(objects) == fingerprint(dict(reversed(objects.items())))
    changed = one._replace(attributes={**one.attributes, "added": 1})
    assert fingerprint({**objects, one.address: changed}) != fingerprint({**objects, one.address: one})
