"""Aggregate functions: ordinary, ordered-set and hypothetical-set ones, with their moving form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Action, Address, Object, Place, Risk, Statement, Verdict, Work
from faberdb_providers.postgres.kinds.background import not_brought_along, operator, procedure
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, Row, compact
from faberdb_providers.postgres.kinds.granting import bare
from faberdb_providers.postgres.kinds.routine import TYPES, Routine, renames_arguments
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import dotted, literal
from faberdb_providers.postgres.signatures import arguments, halves, split

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.aggregate import AggregateSpec

_FUNCTIONS = {
    "sfunc": "aggtransfn",
    "finalfunc": "aggfinalfn",
    "combinefunc": "aggcombinefn",
    "serialfunc": "aggserialfn",
    "deserialfunc": "aggdeserialfn",
    "msfunc": "aggmtransfn",
    "minvfunc": "aggminvtransfn",
    "mfinalfunc": "aggmfinalfn",
}
_MODIFY = {"r": "read_only", "s": "shareable", "w": "read_write"}
_PARALLEL = {"s": "safe", "r": "restricted"}
_QUOTED = ("initcond", "minitcond")
_OPTIONS = (
    *("sfunc", "stype", "sspace", "finalfunc", "finalfunc_extra", "finalfunc_modify"),
    *("combinefunc", "serialfunc", "deserialfunc", "initcond"),
    *("msfunc", "minvfunc", "mstype", "msspace", "mfinalfunc", "mfinalfunc_extra", "mfinalfunc_modify", "minitcond"),
    *("sortop", "parallel", "hypothetical"),
)
"""What CREATE AGGREGATE takes, in the order in which it is written."""
_FLAGS = ("finalfunc_extra", "mfinalfunc_extra", "hypothetical")


class AggregateKind(Routine):
    """`CREATE AGGREGATE`; https://www.postgresql.org/docs/current/sql-createaggregate.html"""

    name = "aggregate"
    section = "aggregates"
    Declared: Any = written("aggregate", "AggregateSpec")

    def query(self, version: int) -> str:
        functions = ", ".join(procedure(f"a.{column}::oid") for column in _FUNCTIONS.values())
        return (
            f"select 'pg_proc'::regclass::oid, p.oid, 0, n.nspname, p.proname, {TYPES}, array[{functions}],"
            " pg_get_function_arguments(p.oid), format_type(a.aggtranstype, null),"
            " nullif(a.aggtransspace, 0), a.aggfinalextra, a.aggfinalmodify::text, a.agginitval,"
            " case when a.aggmtranstype <> 0 then format_type(a.aggmtranstype, null) end, nullif(a.aggmtransspace, 0),"
            " a.aggmfinalextra, a.aggmfinalmodify::text, a.aggminitval,"
            f" {operator('a.aggsortop')}, p.proparallel::text, a.aggkind::text, pg_get_function_result(p.oid)"
            " from pg_proc p join pg_aggregate a on a.aggfnoid = p.oid join pg_namespace n on n.oid = p.pronamespace"
            f" where {not_brought_along('pg_proc', 'p')} and {USER_SCHEMA} order by n.nspname, p.proname, 6"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, name, types, functions, arguments, stype, space, extra, modify, init, *rest = row
        mstype, mspace, mextra, mmodify, minit, sortop, parallel, aggkind, result = rest
        usual = "r" if aggkind == "n" else "w"
        attributes = {
            "arguments": arguments or None,
            "stype": stype,
            **dict(zip(_FUNCTIONS, functions, strict=True)),
            "sspace": space,
            "finalfunc_extra": extra,
            "finalfunc_modify": None if modify == usual else _MODIFY[modify],
            "initcond": init,
            "mstype": mstype,
            "msspace": mspace,
            "mfinalfunc_extra": mextra,
            "mfinalfunc_modify": _MODIFY[mmodify] if mstype and mmodify != usual else None,
            "minitcond": minit,
            "sortop": sortop,
            "parallel": _PARALLEL.get(parallel),
            "hypothetical": aggkind == "h",
            "result": result,
        }
        return (classid, oid, 0), Object(Address(self.name, (schema, name, types)), compact(attributes))

    def declare(self, place: Place, name: str, spec: AggregateSpec) -> Iterator[Object]:
        address, text = self.named(place.schema, name, spec.arguments)
        attributes = {key: getattr(spec, key) for key in _OPTIONS}
        attributes["arguments"] = None if text.strip() in ("", "*") else text
        attributes["parallel"] = None if spec.parallel == "unsafe" else spec.parallel
        yield from self.made(place, spec, address, attributes, references=[Address("schema", (place.schema,))])

    def write(self, obj: Object) -> Mapping[str, Any]:
        left = {"result"} | ({"arguments"} if self.unsaid(obj) else set())
        return {key: value for key, value in obj.attributes.items() if key not in left}

    def mentions(self, obj: Object) -> Iterable[str]:
        a = obj.attributes
        return [str(a[key]) for key in ("arguments", "stype", "mstype", *_FUNCTIONS) if key in a]

    def compare(self, before: Object, after: Object) -> Verdict | None:
        old, new = before.attributes, after.attributes
        if old == new:
            return None
        if old["result"] != new["result"]:
            return Verdict(Action.REPLACE, "its result changes")
        texts = [side.get("arguments", "") for side in (old, new)]
        if old.get("hypothetical") != new.get("hypothetical") or len({*map(_sort, texts)}) > 1:
            return Verdict(Action.REPLACE, "it becomes an aggregate of another sort")
        if renames_arguments(*map(arguments, texts)):
            return Verdict(Action.REPLACE, "an argument changes its name")
        return Verdict(Action.ALTER)

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        yield Statement(render(obj, "CREATE"))
        yield from bare(obj.address, work)

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        yield Statement(render(after, "CREATE OR REPLACE"), Risk.CAUTION)


def _sort(text: str) -> tuple[bool, int]:
    """Whether an aggregate sorts its arguments, and how many it takes unsorted."""
    direct, ordered = halves(text)
    return bool(ordered), len(split(direct))


def render(obj: Object, verb: str) -> str:
    """CREATE AGGREGATE, an option a line."""
    lines = []
    for key in _OPTIONS:
        value = obj.attributes.get(key)
        if key in _FLAGS and value:
            lines.append(key.upper())
        elif value is not None:
            lines.append(f"{key.upper()} = {literal(value).strip() if key in _QUOTED else value}")
    name, body = dotted(*obj.address.path[:2]), ",\n    ".join(lines)
    return f"{verb} AGGREGATE {name}({obj.attributes.get('arguments', '*')}) (\n    {body}\n)"


KIND = AggregateKind()
