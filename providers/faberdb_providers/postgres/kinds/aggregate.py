"""Aggregate functions: ordinary, ordered-set and hypothetical-set ones, with their moving form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from faberdb.model import Address, Object, Statement, Work
from faberdb_providers.postgres.kinds.background import not_brought_along, operator, procedure
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, Row, compact
from faberdb_providers.postgres.kinds.function import Routine
from faberdb_providers.postgres.names import dotted, literal

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
_FLAGS = ("finalfunc_extra", "mfinalfunc_extra", "hypothetical")


class AggregateKind(Routine):
    """`CREATE AGGREGATE`; https://www.postgresql.org/docs/current/sql-createaggregate.html"""

    name = "aggregate"

    def query(self, version: int) -> str:
        functions = ", ".join(procedure(f"a.{column}::oid") for column in _FUNCTIONS.values())
        return (
            "select 'pg_proc'::regclass::oid, p.oid, 0, n.nspname, p.proname,"
            f" pg_get_function_identity_arguments(p.oid), array[{functions}],"
            " pg_get_function_arguments(p.oid), format_type(a.aggtranstype, null),"
            " nullif(a.aggtransspace, 0), a.aggfinalextra, a.aggfinalmodify::text, a.agginitval,"
            " case when a.aggmtranstype <> 0 then format_type(a.aggmtranstype, null) end, nullif(a.aggmtransspace, 0),"
            " a.aggmfinalextra, a.aggmfinalmodify::text, a.aggminitval,"
            f" {operator('a.aggsortop')}, p.proparallel::text, a.aggkind::text"
            " from pg_proc p join pg_aggregate a on a.aggfnoid = p.oid join pg_namespace n on n.oid = p.pronamespace"
            f" where {not_brought_along('pg_proc', 'p')} and {USER_SCHEMA} order by n.nspname, p.proname, 6"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, name, identity, functions, arguments, stype, space, extra, modify, init, *rest = row
        mstype, mspace, mextra, mmodify, minit, sortop, parallel, aggkind = rest
        attributes = {
            "arguments": arguments or "*",
            "stype": stype,
            **dict(zip(_FUNCTIONS, functions, strict=True)),
            "sspace": space,
            "finalfunc_extra": extra,
            "finalfunc_modify": _MODIFY[modify],
            "initcond": init,
            "mstype": mstype,
            "msspace": mspace,
            "mfinalfunc_extra": mextra,
            "mfinalfunc_modify": _MODIFY[mmodify] if mstype else None,
            "minitcond": minit,
            "sortop": sortop,
            "parallel": _PARALLEL.get(parallel),
            "hypothetical": aggkind == "h",
        }
        address = Address(self.name, (schema, name, f"({identity or '*'})"))
        return (classid, oid, 0), Object(address, compact(attributes))

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        lines = []
        for key, value in obj.attributes.items():
            if key in _FLAGS:
                lines.append(key.upper())
            elif key in _QUOTED:
                lines.append(f"{key.upper()} = {literal(value).strip()}")
            elif key != "arguments":
                lines.append(f"{key.upper()} = {value}")
        body = ",\n    ".join(lines)
        name = dotted(*obj.address.path[:-1])
        yield Statement(f"CREATE AGGREGATE {name}({obj.attributes['arguments']}) (\n    {body}\n)")


KIND = AggregateKind()
