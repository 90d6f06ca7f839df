"""Writes the published JSON Schemas: `python -m faberdb.cli.generate [--check]`.

They are made from the models that validate the files, so that editors and faberdb can never disagree; they are
checked in, and `--check` says whether they are fresh.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from faberdb.config.format import ProjectFile
from faberdb.declare.shape import compose

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def documents() -> Iterator[tuple[str, str]]:
    """File name and text of every JSON Schema that comes from a model."""
    provider = entry_points(group="faberdb.providers")["postgresql"].load()
    models: dict[str, type[BaseModel]] = {
        "declaration.schema.json": compose(provider.kinds).model,
        "project.schema.json": ProjectFile,
    }
    for name, model in models.items():
        yield name, render(model)


def render(model: type[BaseModel]) -> str:
    """The model's JSON Schema as a text for editors: without nulls, which TOML does not have."""
    schema = {"$schema": DIALECT, **_for_toml(model.model_json_schema())}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


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
    folder, stale = Path(spec.origin).parent, 0
    for name, text in documents():
        file = folder / name
        if file.is_file() and file.read_text("utf-8") == text:
            continue
        stale += 1
        if "--check" in arguments:
            sys.stderr.write(f"{file} is stale; run `python -m faberdb.cli.generate`\n")
        else:
            file.write_text(text, "utf-8")
            sys.stdout.write(f"wrote {file}\n")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
