"""What a table that is made anew holds its rows against as they go over to it: what its CREATE TABLE says of them, and
the bounds of partitions. Rows are asked about where they are before, with the values that they will have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from faberdb.model import Address, Object, Work
from faberdb_providers.postgres.kinds.bounds import homes, place
from faberdb_providers.postgres.kinds.lineage import KEYS, alike, all_above, default_above, is_part, shape, shared
from faberdb_providers.postgres.kinds.still_holds import broken, mentions, texts_of
from faberdb_providers.postgres.kinds.trying import Tried, as_stored
from faberdb_providers.postgres.names import dotted, ident

_LATER = frozenset(("not_valid", "not_enforced", "only", "attached_to", "clustered"))
"""What has a statement, and a question, of its own, or looks at no row."""


class Rows(NamedTuple):
    """Rows on their way. sources: the tables that have them; old, new: columns by name, as they were and as they will
    be; values: what columns that go over will hold, as an expression for what they hold now."""

    sources: Sequence[Address]
    before: Object
    after: Object
    old: Mapping[str, Object]
    new: Mapping[str, Object]
    values: Mapping[str, str]
    work: Work

    def tried(self) -> list[Tried]:
        """The values that only trying tells of: those that become others, and those that are computed and stored."""
        found = {n: value for n, value in self.values.items() if value != ident(n)}
        for name, column in self.new.items():
            if "generated" in column.attributes and not column.attributes.get("virtual") and not self._stays(name):
                found[name] = self._given(name)
        return [
            Tried(value, self.new[n], required=not self.new[n].attributes.get("null"))
            for n, value in found.items()
            if value
        ]

    def refused(self) -> Iterator[str]:
        """Conditions for rows of a source t that the table refuses though their values can be computed."""
        for name in self.values:
            if self.old[name].attributes.get("null") and not self.new[name].attributes.get("null"):
                yield f"t.{ident(name)} is not distinct from null"
        for name, column in self.new.items():
            a = column.attributes
            if a.get("virtual") and not a.get("null") and not self._stays(name) and self._given(name):
                yield self._where(f"{ident(name)} is null")
        for condition in self._homes():
            if condition and self._told(condition):
                yield self._where(f"({condition}) is not true")
        for held in self._held():
            texts = texts_of(held)
            if held.address.kind == "check" and self._told(*texts):
                yield self._where(f"not ({texts[0]})")
            elif held.address.kind != "foreign_key" and self._told(*texts):
                for query in broken(held, self._as_wanted(self._named(*texts)), self.work):
                    yield f"(t.tableoid, t.ctid) in ({query})"

    def untold(self) -> str:
        """Why rows may be in the way that none of this finds; empty where none can be."""
        if any(condition is None or not self._told(condition) for condition in self._homes()):
            return "which partition a row belongs to is told only when it goes there"
        for held in self._held():
            if held.address.kind == "foreign_key" or not self._told(*texts_of(held)):
                return f"{held.address.spoken} is held against the rows only then"
        for held in self._of_parts(self.after):
            return f"{held.address.spoken} is held against the rows only then"
        for name, column in self.new.items():
            if "generated" in column.attributes and not self._stays(name) and not self._given(name):
                return f"{column.address.spoken} is computed only then"
        return ""

    def _homes(self) -> Iterator[str | None]:
        """Where rows must belong: to partitions of the table, and where the table itself is one, to it."""
        yield homes(self.after, self.work)
        part, was = self.after, self.before
        for whole in all_above(part, self.work.after) if is_part(part) else ():
            condition = place(whole, part, self.work)
            live = self.work.before(whole.address)
            same = live is not None and live.attributes.get("partition_by") == whole.attributes.get("partition_by")
            same = same and was.attributes.get("bound") == part.attributes["bound"] != "DEFAULT"
            if condition is None or not same or any(self._changes(name) for name in self._named(condition)):
                yield condition
            if not is_part(whole) or live is None:
                return
            part, was = whole, live

    def _held(self) -> Iterator[Object]:
        """What CREATE TABLE holds against rows, and the one before did not hold against all of their values."""
        had = list(self.work.children(self.before.address, after=False))
        own = list(self.work.children(self.after.address, after=True))
        held = [o for o in own if o.address.kind in ("check", "primary_key", "unique")]
        for kind in ("check", *KEYS, "index", "foreign_key"):
            if kind == "check" or is_part(self.before):
                had += shared(self.before, self.work, kind, after=False).values()
            if kind == "check" or is_part(self.after):
                held += shared(self.after, self.work, kind, after=True).values()
        for obj in held:
            if obj.address.kind == "index" and not obj.attributes.get("unique"):
                continue
            same = any(_alike(obj, o) for o in had if not {"not_valid", "not_enforced", "only"} & o.attributes.keys())
            if not _LATER & obj.attributes.keys() and not (same and self._keeps(obj)):
                yield obj

    def _of_parts(self, whole: Object) -> Iterator[Object]:
        """What partitions of the table hold against rows besides, and did not before."""
        for part in self.work.children(whole.address, after=True):
            if "bound" not in part.attributes:
                continue
            was = self.work.before(part.address)
            same = was is not None and was.attributes.get("bound") == part.attributes["bound"]
            for held in self.work.children(part.address, after=True):
                if held.address.kind not in ("check", "primary_key", "unique") or _LATER & held.attributes.keys():
                    continue
                before = self.work.before(held.address) if same else None
                if before is None or not _alike(held, before) or not self._keeps(held):
                    yield held
            yield from self._of_parts(part)

    def _keeps(self, held: Object) -> bool:
        return not any(self._changes(name) for name in self._named(*texts_of(held)))

    def _changes(self, name: str) -> bool:
        """Whether a column will hold something else than it does."""
        return self.values.get(name) != ident(name) and not self._stays(name)

    def _stays(self, name: str) -> bool:
        """Whether a generated column was there, and what it is computed from goes over as it is."""
        column, was = self.new[name], self.old.get(name)
        if "generated" not in column.attributes or was is None:
            return False
        same = all(was.attributes.get(k) == column.attributes.get(k) for k in ("generated", "virtual", "type", "null"))
        inputs = self._inputs(column)
        return same and all(self.values.get(n) == ident(n) for n in inputs)

    def _named(self, *texts: str) -> list[str]:
        return [name for name in self.new if any(mentions(text, ident(name)) for text in texts)]

    def _inputs(self, column: Object) -> list[str]:
        """What a generated column is computed from: none that is generated, though a word may be the name of one."""
        named = self._named(str(column.attributes["generated"]))
        return [name for name in named if "generated" not in self.new[name].attributes]

    def _told(self, *texts: str | None) -> bool:
        """Whether all that an SQL text speaks of is known of a row before it goes over."""
        whole = f"{ident(self.after.address.path[-1])}.*"
        known = [text for text in texts if text is not None]
        return all(map(self._given, self._named(*known))) and not any(whole in text for text in known)

    def _given(self, name: str) -> str:
        """The expression for what a column will hold; empty where nothing tells."""
        column = self.new[name]
        if name in self.values:
            return self.values[name]
        if "generated" in column.attributes:
            expression = str(column.attributes["generated"])
            inputs = self._inputs(column)
            if not all(map(self._given, inputs)):
                return ""
            if all(self.values.get(n) == ident(n) for n in inputs):
                return f"({expression})"
            return f"(SELECT ({expression}) FROM (SELECT {self._list(inputs)}) faberdb)"
        default = self.work.after(Address("default", (*self.after.address.path, name)))
        filled = default or default_above(self.after, name, self.work, after=True) or "identity" in column.attributes
        return "" if filled else "null"

    def _list(self, names: Sequence[str]) -> str:
        """Columns as they will be, in the list of a SELECT."""
        return ", ".join(f"{self._typed(name)} AS {ident(name)}" for name in names)

    def _typed(self, name: str) -> str:
        given, column = self._given(name), self.new[name]
        if given == ident(name):
            return given
        expression, type_ = as_stored(given, column, self.work)
        collation = f" COLLATE {column.attributes['collation']}" if "collation" in column.attributes else ""
        return f"(({expression})::{type_}){collation}"

    def _as_wanted(self, names: Sequence[str]) -> str:
        """All the rows, with some columns as they will be, as it stands after FROM."""
        listed = ", ".join(filter(None, ("tableoid", "ctid", self._list(names))))
        every = " UNION ALL ".join(f"SELECT {listed} FROM ONLY {dotted(*source.path)}" for source in self.sources)
        return f"({every}) faberdb"

    def _where(self, condition: str) -> str:
        """A condition on columns as they will be as one on rows as they are."""
        names = self._named(condition)
        if all(self._given(name) == ident(name) for name in names):
            return condition
        return f"(t.tableoid, t.ctid) in (SELECT tableoid, ctid FROM {self._as_wanted(names)} WHERE {condition})"


def _alike(held: Object, other: Object) -> bool:
    """Whether one refuses the rows that the other does."""
    if held.address.kind == "check" == other.address.kind:
        return texts_of(held) == texts_of(other)
    if held.address.kind == "foreign_key" == other.address.kind:
        return alike(held, other)
    overlaps = [o.attributes.get("without_overlaps") for o in (held, other)]
    return shape(held) == shape(other) and overlaps[0] == overlaps[1] and held.address.kind != "check"
