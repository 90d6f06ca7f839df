"""Raw steps: SQL of the project for what no difference between two catalogues can say, a migration of data above all.
It is run once in each database, in the plan that finds it not done yet, at its place among the other changes.

Keep them in a file of their own, `schemas/steps.toml`. A step that was done is left alone: its text cannot change any
more (write another step), and when it is taken out of the file nothing happens.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Action, Address, Change, Hazard, Object, Place, Statement, Turn, Verdict, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.base import Found, PostgresKind, Row, compact
from faberdb_providers.postgres.kinds.step.naming import NAME, PREFIX, place
from faberdb_providers.postgres.kinds.step.turns import after_all, beside
from faberdb_providers.postgres.kinds.written import written

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.step import StepSpec

Objects = Mapping[Address, Object]
_UNFINISHED = "unfinished"
"""Says of a step in a database that not all parts of it are done."""


class StepKind(PostgresKind):
    """Statements that write or read rows."""

    name = "step"
    section = "steps"
    Declared: Any = written("step", "StepSpec")
    listed = True
    once = True
    in_schema = False
    renamable = False
    alterable = True
    as_declared = True
    optional = True

    def query(self, version: int) -> str:
        return (
            "select 'pg_type'::regclass::oid, t.oid, 0, t.typname, d.description from pg_type t"
            " join pg_namespace n on n.oid = t.typnamespace"
            " left join pg_description d on d.classoid = 'pg_type'::regclass and d.objoid = t.oid"
            f" where n.nspname = 'faberdb' and t.typtype = 'e' and starts_with(t.typname, '{PREFIX}') order by 4"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, part, name, text = row
        try:
            attributes = json.loads(text or "")
        except ValueError:  # somebody has written over it; that it was done is still known
            attributes = {}
        known = attributes if isinstance(attributes, dict) else {}
        return (classid, oid, part), Object(Address(self.name, (name.removeprefix(PREFIX),)), known)

    def declare(self, place_: Place, name: str, spec: StepSpec) -> Iterator[Object]:
        if not NAME.fullmatch(name):
            raise ValueError(f"a step cannot be called {name!r}: up to 58 of the letters a to z, digits, `_` and `-`")
        if spec.after and spec.before:
            raise ValueError("`after` and `before` are both given; keep one of them")
        attributes: dict[str, Any] = {"digest": digest(spec.sql), "undo": spec.undo}
        attributes |= {key: str(self._place(text)) for key in ("after", "before") if (text := getattr(spec, key))}
        if spec.undo:
            attributes["scope"] = list(place_.scope)
        hints: dict[str, Any] = {"sql": spec.sql, "requires": spec.requires, "ensures": spec.ensures}
        hints |= {"scope": list(place_.scope), "in_parts": spec.in_parts or None}
        address = Address(self.name, (name,))
        yield Object(address, compact(attributes), None, frozenset(), place_.scope, place_.origin, None, compact(hints))

    def _place(self, text: str) -> Address:
        from faberdb_providers.postgres.kinds import KINDS  # which this is one of

        return place(text, {kind.name for kind in KINDS})

    def fault(self, obj: Object) -> str:
        from faberdb_providers.postgres.kinds.step.allowed import wrong_with, wrong_with_query  # few projects have any

        texts = {"sql": obj.hints.get("sql"), "undo": obj.attributes.get("undo")}
        for key, text in texts.items():
            if text is not None and (wrong := wrong_with(text)):
                return f"`{key}`, line {wrong.line}: {wrong.message}"
        if obj.hints.get("in_parts"):
            from faberdb_providers.postgres.kinds.step.in_parts import parted

            try:
                parted(obj.hints["sql"])
            except ValueError as why_not:
                return f"`sql`: {why_not}"
        for key in ("requires", "ensures"):
            if (text := obj.hints.get(key)) is not None and (why := wrong_with_query(text)):
                return f"`{key}`: {why}"
        return ""

    def opaque(self, obj: Object) -> Sequence[str]:
        texts = (*(obj.hints.get(key) for key in ("sql", "requires", "ensures")), obj.attributes.get("undo"))
        return tuple(filter(None, texts))

    def deed(self, obj: Object) -> object:
        return obj.attributes.get("digest")

    def remains(self, obj: Object) -> bool:
        return not {"undo", _UNFINISHED} & obj.attributes.keys()

    def stands_by(self, obj: Object) -> Mapping[str, Address]:
        found = ((key, obj.attributes.get(key)) for key in ("after", "before"))
        return {key: Address.parse(text) for key, text in found if text}

    def compare(self, before: Object, after: Object) -> Verdict | None:
        return None if before.attributes == after.attributes else Verdict(Action.ALTER)

    def turn(self, change: Change, changes: Mapping[Address, Change], live: Objects, target: Objects) -> Turn:
        obj = change.after or change.before
        if obj is None or change.action is Action.ALTER:
            return Turn()
        if by := self.stands_by(obj):
            key, address = next(iter(by.items()))
            texts = self.opaque(obj) if change.action is Action.CREATE else (obj.attributes.get("undo", ""),)
            return beside(change, (key, address), texts, changes, live, target)
        return after_all(change, (a for a, c in changes.items() if _ordinary(a, c)))

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        from faberdb_providers.postgres.kinds.step.writing import NO_UNDO, asked, marked, marked_anew, written

        name, hints = obj.address.path[0], obj.hints
        if "sql" not in hints:
            yield marked(name, obj.attributes)
            return
        ahead = self.stands_by(obj).get("before")
        if ahead is not None and work.before(ahead) is None and work.after(ahead) is None:
            said = f"not run, and noted as done: {ahead.spoken}, which it comes before, is neither there nor declared"
            yield marked(name, obj.attributes, [Hazard(codes.STEP_NOT_RUN, said)])
            return
        if "requires" in hints:
            yield asked(hints["requires"], name, "requires")
        statements = written(hints["sql"], hints.get("scope", ()), (NO_UNDO,) if self.remains(obj) else ())
        if hints.get("in_parts"):
            from faberdb_providers.postgres.kinds.step.in_parts import in_parts

            statements = (in_parts(obj, statement, work) for statement in statements)
            # Parts of it may be committed when it stops: then a rollback runs `undo`, and without one forgets the step.
            yield marked(name, {**obj.attributes, _UNFINISHED: True})
        yield from statements
        if "ensures" in hints:
            yield asked(hints["ensures"], name, "ensures")
        yield marked_anew(name, obj.attributes) if hints.get("in_parts") else marked(name, obj.attributes)

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        from faberdb_providers.postgres.kinds.step.writing import marked_anew

        yield marked_anew(after.address.path[0], after.attributes)

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        from faberdb_providers.postgres.kinds.step.writing import unmarked, written

        yield from written(obj.attributes.get("undo", ""), obj.attributes.get("scope", ()))
        yield unmarked(obj.address.path[0])


def digest(text: str) -> str:
    """What tells one text of a step from another; blanks around it make no difference."""
    return hashlib.sha256(text.strip().encode()).hexdigest()[:24]


def _ordinary(address: Address, change: Change) -> bool:
    """Whether a step without a place comes after a change: not after others like itself, nor after what acts on every
    change, which comes last."""
    side = change.after or change.before
    if address.kind == KIND.name:
        return side is not None and bool(KIND.stands_by(side))
    return address.kind != "event_trigger"


KIND = StepKind()
