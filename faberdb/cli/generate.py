"""Writes the published JSON Schemas and the reference: `python -m faberdb.cli.generate [--check]`.

They are made from the models that validate the files and from the commands themselves, so that editors, pages and
faberdb can never disagree; they are checked in, and `--check` says whether they are fresh.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from faberdb.backups.record import backup_schema
from faberdb.cli.descriptions import describe
from faberdb.cli.reference import pages
from faberdb.config.format import ProjectFile
from faberdb.declare.shape import compose
from faberdb.plan.json_schema import journal_schema, plan_schema, state_schema

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def documents() -> Iterator[tuple[str, str]]:
    """File name and text of every JSON Schema that comes from a model."""
    models: dict[str, type[BaseModel]] = {
        "declaration.schema.json": compose(_kinds()).model,
        "project.schema.json": ProjectFile,
    }
    for name, model in models.items():
        yield name, render(model)
    yield "plan.schema.json", _json(plan_schema())
    yield "state.schema.json", _json(state_schema())
    yield "journal.schema.json", _json(journal_schema())
    yield "backup.schema.json", _json(backup_schema())


def _provider() -> Any:
    return entry_points(group="faberdb.providers")["postgresql"].load()


def _kinds() -> Sequence[Any]:
    found: Sequence[Any] = _provider().kinds
    return found


def _example(folder: Path) -> str:
    """A declaration of the kind that a test applies: what is wanted in the golden case whose name says that something
    is made, else in the first."""
    cases = sorted(folder.glob("*/after.toml"))
    making = [file for file in cases if file.parent.name.startswith(("create", "add", "to_", "of_"))]
    return (making or cases)[0].read_text("utf-8") if cases else ""


def _json(schema: Mapping[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def render(model: type[BaseModel]) -> str:
    """The model's JSON Schema as a text for editors: without nulls, which TOML does not have."""
    describe()
    return _json({"$schema": DIALECT, **_for_toml(model.model_json_schema())})


def _for_toml(node: Any) -> Any:
    if isinstance(node, list):
        return [_for_toml(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "properties" in node:
        node = _either_query_or_file(node)
        node = {**node, "properties": {name: _property(value) for name, value in node["properties"].items()}}
    kept = {key: _for_toml(value) for key, value in node.items()}
    kinds = [kind for kind in kept.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) == 1:
        del kept["anyOf"]
        # What stands beside a reference says more about this place than what stands behind it.
        kept = {**kinds[0], **kept}
    elif kinds:
        kept["anyOf"] = kinds
    if kept.get("default", ...) is None:
        del kept["default"]
    return kept


def _either_query_or_file(node: dict[str, Any]) -> dict[str, Any]:
    """The model never sees a `file`: its text is read into `query` first. Users write one of the two."""
    required = node.get("required", [])
    if not {"query", "file"} <= node["properties"].keys() or "query" not in required:
        return node
    rest = [name for name in required if name != "query"]
    return {
        **{key: value for key, value in node.items() if key != "required"},
        **({"required": rest} if rest else {}),
        "oneOf": [{"required": ["query"]}, {"required": ["file"]}],
    }


def _property(node: Any) -> Any:
    """Without the title that pydantic makes of the name."""
    return {key: value for key, value in node.items() if key != "title"} if isinstance(node, dict) else node


def main(arguments: Sequence[str]) -> int:
    """Writes the files, or with --check names those that are stale; what it returns is the exit code."""
    spec = find_spec("faberdb_schemas")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("faberdb_schemas is not installed")
    folder = Path(spec.origin).parent
    wanted = {folder / name: text for name, text in documents()}
    reference = folder.parents[1] / "docs" / "reference"
    if reference.parent.is_dir():  # a checkout, not an installed package
        provider, cases = _provider(), folder.parents[1] / "tests" / "golden"
        examples = {kind.name: _example(cases / kind.name) for kind in provider.kinds}
        found = pages(provider.kinds, examples, provider.coverage, provider.hazards)
        wanted |= {reference / name: text for name, text in found}
    changed = [file for file, text in wanted.items() if not file.is_file() or file.read_text("utf-8") != text]
    unknown = sorted(file for file in reference.rglob("*.md") if file not in wanted)
    if "--check" in arguments:
        for file in (*changed, *unknown):
            sys.stderr.write(f"{file} is stale; run `python -m faberdb.cli.generate`\n")
        return 1 if changed or unknown else 0
    for file in changed:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(wanted[file], "utf-8")
        sys.stdout.write(f"wrote {file}\n")
    for file in unknown:
        file.unlink()
        sys.stdout.write(f"removed {file}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
