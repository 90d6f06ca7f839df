"""Objects back into schema files: what `faberdb import` writes, and `load` reads as the same objects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel

from faberdb.declare.layout import Block, layout, ordered
from faberdb.errors import DeclarationError

if TYPE_CHECKING:
    from faberdb.model import Address, Kind, Object

_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*")
JSON_SCHEMA = "../.faberdb/declaration.schema.json"
HOME = "public"
"""The schema whose file holds what belongs to the database, or the server, and to none of its schemas."""


@dataclass(slots=True)
class _Node:
    """An object with the fragments of others merged in, and the entries written inside it."""

    kind: Kind
    address: Address
    key: str
    fragment: dict[str, Any]
    inner: list[_Node] = field(default_factory=list)


def render(
    objects: Iterable[Object], kinds: Sequence[Kind], *, split: bool = False, json_schema: str = JSON_SCHEMA
) -> dict[str, str]:
    """File names (relative to the schemas folder, sorted) and their TOML: one file per schema, `public.toml`.

    split: what holds other entries (a table) gets a file of its own, `public/customer.toml`. json_schema: where
    editors find the JSON Schema, a URL or a path from the schemas folder. Entries are sorted by name; those of shell
    kinds (columns) keep the order of `objects`. Raises DeclarationError for an object whose parent is missing.
    """
    known = {kind.name: kind for kind in kinds}
    by_address = {obj.address: obj for obj in objects}
    tops = _tree(by_address, known)
    files: dict[str, list[_Node]] = {}
    schemas = {node.address.path[0] for node in tops if len(node.address.path) > 1 and not node.kind.of_server}
    containers = {name for kind in kinds if kind.section for name in kind.within}
    # Two names that a file system may take for one get numbers; the address decides who is first.
    names: dict[str, tuple[str, ...]] = {}
    for node in sorted(tops, key=lambda node: node.address):
        path = _file_path(node, schemas, split=split and node.kind.name in containers)
        files.setdefault(_free_name(path, names), []).append(node)
    return {
        name: _file(_schema_of(nodes[0], schemas), nodes, kinds, containers, f"{'../' * name.count('/')}", json_schema)
        for name, nodes in sorted(files.items())
    }


def _tree(objects: Mapping[Address, Object], kinds: Mapping[str, Kind]) -> list[_Node]:
    """Each object under the one it is written in; those of kinds without a section melt into their parent."""
    nodes = {
        address: _Node(kind := kinds[address.kind], address, kind.entry_key(obj), _fragment(obj, kind))
        for address, obj in objects.items()
    }
    tops = []
    for address, obj in objects.items():
        node = nodes[address]
        if node.kind.once:
            continue  # what was done is no part of what is there
        if not node.kind.section:
            if not node.fragment:
                continue  # there is nothing to say about it
            if obj.parent not in nodes:
                raise _homeless(address)
            _merge(nodes[obj.parent].fragment, node.fragment)
        elif not node.kind.within:
            tops.append(node)
        else:
            nodes[_container(obj, objects, node.kind)].inner.append(node)
    return tops


def _fragment(obj: Object, kind: Kind) -> dict[str, Any]:
    fragment = dict(kind.write(obj))
    fragment |= {key: obj.hints[key] for key in ("using", "backfill") if key in obj.hints}
    former = _former_name(obj)
    if former is not None:
        fragment["renamed_from"] = former
    return {**fragment, "protect": True} if obj.hints.get("protect") else fragment


def _former_name(obj: Object) -> str | Literal[False] | None:
    """What `renamed_from` says of an object; None where nothing is said, or what was said is no plain name."""
    if obj.hints.get("new"):
        return False
    old = obj.renamed_from
    if old is None or not all(_PLAIN.fullmatch(part) for part in old.path):
        return None
    return old.path[-1] if old.path[:-1] == obj.address.path[:-1] else ".".join(old.path)


def _merge(whole: dict[str, Any], part: Mapping[str, Any]) -> None:
    """Puts one fragment into another, table into table; neither is shared with an object."""
    for key, value in part.items():
        if isinstance(value, Mapping):
            inner = dict(whole[key]) if isinstance(whole.get(key), Mapping) else {}
            _merge(inner, value)
            whole[key] = inner
        elif isinstance(value, list) and isinstance(whole.get(key), list):
            whole[key] = [*whole[key], *value]
        else:
            whole[key] = value


def _container(obj: Object, objects: Mapping[Address, Object], kind: Kind) -> Address:
    """The nearest object above this one that has the kind's section."""
    above = obj.parent
    while above is not None and above.kind not in kind.within:
        above = objects[above].parent if above in objects else None
    if above is None or above not in objects:
        raise _homeless(obj.address)
    return above


def _homeless(address: Address) -> DeclarationError:
    return DeclarationError(
        "this object cannot be written, because what it belongs to is not among the objects",
        where=str(address),
        advice="widen [project] include in faberdb.toml, or exclude this object too",
    )


def _schema_of(node: _Node, schemas: set[str]) -> str:
    first = node.address.path[0]
    if node.kind.of_server:
        return HOME
    return first if len(node.address.path) > 1 or first in schemas else HOME


def _file_path(node: _Node, schemas: set[str], *, split: bool) -> tuple[str, ...]:
    schema = _schema_of(node, schemas)
    return (schema, node.address.path[-1]) if split and len(node.address.path) > 1 else (schema,)


def _free_name(path: tuple[str, ...], names: dict[str, tuple[str, ...]]) -> str:
    base = "/".join(re.sub(r"[^\w$-]", "_", part) for part in path)
    name, number = base, 1
    while names.setdefault(name.casefold(), path) != path:
        number += 1
        name = f"{base}-{number}"
    return f"{name}.toml"


def _file(
    schema: str, nodes: Sequence[_Node], kinds: Sequence[Kind], containers: set[str], up: str, json_schema: str
) -> str:
    data: dict[str, Any] = {"schema": schema}
    data.update(_sections(nodes, kinds, containers))
    target = json_schema if "://" in json_schema else up + json_schema
    return f"#:schema {target}\n{layout(data)}"


def _sections(nodes: Sequence[_Node], kinds: Sequence[Kind], headed: set[str]) -> dict[str, Any]:
    """The nodes by section, in the order of the kinds. headed: kinds whose entries always get a header."""
    found: dict[str, Any] = {}
    groups: dict[str, list[_Node]] = {}
    for node in nodes:
        groups.setdefault(node.kind.name, []).append(node)
    for kind in kinds if groups else ():
        mine = groups.get(kind.name, [])
        if not kind.shell:
            # What makes up the container keeps the order it was given in (columns); the rest is found by its name.
            mine.sort(key=lambda node: node.address)
        if mine and kind.single:
            found[kind.section] = _entry(mine[0], kinds, headed)
        elif mine:
            found[kind.section] = Block({node.key: _entry(node, kinds, headed) for node in mine})
    return found


def _entry(node: _Node, kinds: Sequence[Kind], headed: set[str]) -> Any:
    """The node as its kind likes it best: a bare value, or a table with what is written inside it."""
    inner = _sections(node.inner, kinds, set())
    short = node.kind.shorten({**ordered(node.fragment, _fields(node.kind.Declared)), **inner})
    if not isinstance(short, Mapping):
        return short
    nested = any(isinstance(value, Block) for value in inner.values())
    return Block(short) if nested or node.kind.name in headed else dict(short)


@lru_cache(maxsize=256)
def _fields(model: type[BaseModel]) -> tuple[str, ...]:
    return tuple(field.alias or name for name, field in model.model_fields.items())
