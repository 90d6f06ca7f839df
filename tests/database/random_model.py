"""A schema in the making: items that know what they use, so that names can change and things can go without leaving
anything behind that no longer fits. Texts hold marks in place of names: `⟦7⟧` is the SQL name of item 7."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import tomli_w

from faberdb_providers.postgres.kinds import KINDS
from faberdb_providers.postgres.names import ident

_MARK = re.compile(r"⟦(\d+)('?)⟧")
SECTIONS = {kind.name: kind.section for kind in KINDS}


@dataclass(frozen=True)
class Ref:
    """The plain name of an item, in a list of columns."""

    id: int


def mark(item: Item) -> str:
    """Stands for the item's SQL name as the file at hand would write it."""
    return f"⟦{item.id}⟧"


def quoted(item: Item) -> str:
    """Stands for the item's SQL name with its schema, inside a string constant."""
    return f"⟦{item.id}'⟧"


KEY = "@key"
"""In a spec: the key of the entry, with {} for the name, where that is more than the name."""
NAME = "@name"
"""In a spec: whose plain name the entry's key is."""

OPTIONAL = ("default", "where")
"""Parts of a spec that an item can go on without when what they name is gone."""


@dataclass(frozen=True)
class Item:
    """One object. needs: items that must be there though no text names them. family: what sort of type a column has."""

    id: int
    kind: str
    name: str
    parent: int
    spec: Mapping[str, Any] = field(default_factory=dict)
    needs: frozenset[int] = frozenset()
    family: str = ""
    old_name: str = ""

    def uses(self) -> frozenset[int]:
        """Ids of all items that this one cannot be without."""
        return self.needs | {self.parent} | set(_ids(self.spec))


def _ids(value: Any) -> Iterator[int]:
    if isinstance(value, Ref):
        yield value.id
    elif isinstance(value, str):
        yield from (int(number) for number, _ in _MARK.findall(value))
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _ids(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _ids(part)


class Model:
    """The items of one database by id; 0 is the database itself."""

    def __init__(self, items: Mapping[int, Item] | None = None, next_id: int = 1) -> None:
        self.items = dict(items or {})
        self.next_id = next_id

    def copy(self) -> Model:
        return Model({i: replace(item, old_name="") for i, item in self.items.items()}, self.next_id)

    def add(
        self,
        kind: str,
        name: str,
        parent: int = 0,
        spec: Mapping[str, Any] | None = None,
        needs: Iterable[int] = (),
        family: str = "",
    ) -> Item:
        item = Item(self.next_id, kind, name, parent, spec or {}, frozenset(needs), family)
        self.items[item.id] = item
        self.next_id += 1
        return item

    def of(self, *kinds: str, parent: int | None = None) -> list[Item]:
        return [i for i in self.items.values() if i.kind in kinds and (parent is None or i.parent == parent)]

    def tables(self) -> list[Item]:
        """Those with columns of their own."""
        return [t for t in self.of("table") if not {"partition_of", "of"} & t.spec.keys()]

    def users(self, item: Item) -> list[Item]:
        return [other for other in self.items.values() if item.id in other.uses()]

    def change(self, item: Item, **parts: Any) -> None:
        self.items[item.id] = replace(item, **parts)

    def respec(self, item: Item, **spec: Any) -> None:
        """Other values for some keys of the item's spec; None takes a key away."""
        merged = {**item.spec, **spec}
        self.change(item, spec={k: v for k, v in merged.items() if v is not None})

    def rename(self, item: Item, name: str) -> None:
        self.change(item, name=name, old_name=item.name)

    def last(self, item: Item) -> None:
        """It comes after its siblings from now on."""
        self.items[item.id] = self.items.pop(item.id)

    def remove(self, item: Item) -> None:
        """The item goes, and with it all that cannot be without it."""
        del self.items[item.id]
        while gone := [i for i in self.items.values() if self._homeless(i)]:
            for other in gone:
                lost = [k for k in OPTIONAL if any(i not in self.items for i in _ids(other.spec.get(k, "")))]
                if lost:
                    self.respec(other, **dict.fromkeys(lost))
                else:
                    del self.items[other.id]

    def _homeless(self, item: Item) -> bool:
        if any(i and i not in self.items for i in item.uses()):
            return True
        return item.kind in ("view", "materialized_view") and not self.of("output", parent=item.id)

    def schema_of(self, item: Item) -> Item:
        while item.kind != "schema":
            item = self.items[item.parent] if item.parent else self.of("schema")[0]
        return item

    def files(self) -> dict[str, str]:
        """The schema files that declare the items."""
        return {
            f"schema_{schema.id}.toml": tomli_w.dumps(_File(self, schema).content()) for schema in self.of("schema")
        }


class _File:
    """One schema and what stands in its file."""

    def __init__(self, model: Model, schema: Item) -> None:
        self.model, self.schema = model, schema

    def content(self) -> dict[str, Any]:
        # An empty file would not declare its schema.
        data: dict[str, Any] = {
            "schema": self.schema.name,
            "schemas": {self.schema.name: self._entry(self.schema)},
        }
        for item in self.model.items.values():
            everywhere = item.parent == 0 and item.kind != "schema" and self.schema.name == "public"
            if item.parent == self.schema.id or everywhere:
                data.setdefault(SECTIONS[item.kind], {})[self._key(item)] = self._entry(item)
        return data

    def _key(self, item: Item) -> str:
        if NAME in item.spec:
            return self.model.items[item.spec[NAME].id].name
        if KEY not in item.spec:
            return item.name
        key: str = item.spec[KEY]
        return self._text(key.replace("{}", item.name if item.kind == "operator" else ident(item.name)))

    def _entry(self, item: Item) -> dict[str, Any]:
        entry: dict[str, Any] = self._value({k: v for k, v in item.spec.items() if k not in (KEY, NAME)})
        if item.kind in ("index", "statistics"):
            # A name of several words stands as in SQL: it could be an expression.
            entry["on"] = [
                e if e.isidentifier() else ident(e) if isinstance(part, Ref) else e
                for part, e in zip(item.spec["on"], entry["on"], strict=True)
            ]
        if item.kind == "primary_key":
            entry["name"] = item.name
        if item.old_name:
            entry["renamed_from"] = item.old_name
        if "of" in item.spec and item.kind == "table":
            entry["columns"] = self._typed(item)
        outputs = self.model.of("output", parent=item.id)
        if outputs:
            picked = ", ".join(f"{self._text(o.spec['text'])} as {ident(o.name)}" for o in outputs)
            where = f" where {entry.pop('where')}" if "where" in entry else ""
            entry["query"] = f"select {picked} from {entry.pop('source')} as s{where}"
        for inner in self.model.items.values():
            if inner.parent != item.id or inner.kind == "output" or item.kind == "schema":
                continue
            if inner.kind == "primary_key":
                entry["primary_key"] = self._entry(inner)
            else:
                entry.setdefault(SECTIONS[inner.kind], {})[self._key(inner)] = self._entry(inner)
        return entry

    def _typed(self, table: Item) -> dict[str, Any]:
        """The columns of a typed table, which are called as the attributes of its type and are of their types."""
        type_ = next(t for t in self.model.of("composite_type") if mark(t) == table.spec["of"])
        columns: dict[str, Any] = {}
        for attribute in self.model.of("attribute", parent=type_.id):
            columns[attribute.name] = {"type": self._text(attribute.spec["type"]), "null": True}
            if attribute.old_name:
                columns[attribute.name]["renamed_from"] = attribute.old_name
        return columns

    def _value(self, value: Any) -> Any:
        if isinstance(value, Ref):
            return self.model.items[value.id].name
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Mapping):
            return {key: self._value(part) for key, part in value.items()}
        return [self._value(part) for part in value] if isinstance(value, (list, tuple)) else value

    def _text(self, text: str) -> str:
        def name(match: re.Match[str]) -> str:
            item = self.model.items[int(match[1])]
            home = self.model.schema_of(item)
            if item.kind == "operator":
                return f"OPERATOR({ident(home.name)}.{item.name})"
            plain = ident(item.name)
            if match[2] == "'":
                return f"{ident(home.name)}.{plain}".replace("'", "''")
            if item.parent != home.id:
                return plain
            return plain if home.id == self.schema.id else f"{ident(home.name)}.{plain}"

        return _MARK.sub(name, text)
