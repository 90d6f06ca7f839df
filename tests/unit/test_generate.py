"""The published JSON Schemas: what editors complete and refuse is what faberdb does."""

from __future__ import annotations

import json
import tomllib
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from faberdb.cli import generate
from faberdb.config.format import ProjectFile
from faberdb.declare.shape import compose
from tests.unit.small_kinds import KINDS

TEXT = """\
[project]
name = "shop"

[environments.production]
connection_string_env = "PROD_URL"
lock_timeout = "500ms"
roles = { app = "app_prod" }

[safety]
protected_environments = ["production"]
"""


def test_the_json_schema_knows_the_file_as_users_write_it() -> None:
    text = generate.render(ProjectFile)
    schema = json.loads(text)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(tomllib.loads(TEXT), schema)
    assert '"null"' not in text
    environment = schema["$defs"]["EnvironmentTable"]
    assert environment["additionalProperties"] is False
    assert environment["properties"]["auto_migrate"] == {
        "type": "boolean",
        "default": False,
        "description": "`apply` asks nothing.",
    }
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"project": {"name": "x", "nme": 1}}, schema)


def test_a_stale_json_schema_is_named_and_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generate, "documents", lambda: iter([("a.schema.json", "{}\n")]))
    monkeypatch.setattr(
        generate, "find_spec", lambda name: ModuleSpec(name, None, origin=str(tmp_path / "__init__.py"))
    )
    file = tmp_path / "a.schema.json"
    assert generate.main(["--check"]) == 1
    assert capsys.readouterr().err == f"{file} is stale; run `python -m faberdb.cli.generate`\n"
    assert not file.exists()
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
    assert capsys.readouterr() == (f"wrote {file}\n", "")


def test_the_json_schema_knows_every_section() -> None:
    schema = json.loads(generate.render(compose(KINDS).model))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate({"boxes": {"a": {"size": 1, "items": {"x": {"type": "t"}}}}}, schema)
    jsonschema.validate({"pictures": {"a": {"query": "q"}, "b": {"file": "f"}}}, schema)
    assert schema["properties"]["boxes"]["description"] == "A box."
    refused: list[dict[str, Any]] = [
        {"boxes": {"a": {"sise": 1}}},
        {"pictures": {"a": {"query": "q", "file": "f"}}},
        {"pictures": {"a": {}}},
    ]
    for bad in refused:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, schema)
