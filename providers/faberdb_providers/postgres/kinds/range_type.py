"""Range types. Their multirange type, their constructors and the cast between the two come with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Action, Address, Object, Place, Risk, Statement, Verdict, Work
from faberdb_providers.postgres.kinds.attribute_values import keep_within
from faberdb_providers.postgres.kinds.background import collation, in_schema, not_brought_along, procedure
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, Row, compact
from faberdb_providers.postgres.kinds.types import TypeKind
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import clipped, dotted, literal, qualified

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.range_type import RangeTypeSpec

_KEYS = ("subtype", "subtype_opclass", "collation", "canonical", "subtype_diff", "multirange")


_FOLLOW = """DO $faberdb$
DECLARE
    part record;
BEGIN
    -- ALTER TYPE leaves the multirange type and the constructors of a range type where they are, and as they are named.
    FOR part IN
        WITH multirange AS (
            SELECT t.oid, n.nspname, t.typname
            FROM pg_depend d JOIN pg_type t ON t.oid = d.objid JOIN pg_namespace n ON n.oid = t.typnamespace
            WHERE d.classid = 'pg_type'::regclass AND d.refclassid = 'pg_type'::regclass AND d.deptype = 'i'
            AND d.refobjid = to_regtype({type}) AND t.typtype = 'm'
        ), wanted AS (
            SELECT 'TYPE' AS kind, m.oid, m.nspname, m.typname, {place} AS place, {multirange} AS new FROM multirange m
            UNION ALL
            SELECT 'FUNCTION', p.oid, n.nspname, p.proname, w.place, w.new
            FROM (
                SELECT to_regtype({type})::oid AS type, {schema} AS place, {name} AS new
                UNION ALL SELECT m.oid, {schema}, {multirange} FROM multirange m
            ) w
            JOIN pg_depend d ON d.refclassid = 'pg_type'::regclass AND d.refobjid = w.type AND d.deptype = 'i'
            AND d.classid = 'pg_proc'::regclass
            JOIN pg_proc p ON p.oid = d.objid JOIN pg_namespace n ON n.oid = p.pronamespace
        )
        SELECT * FROM wanted WHERE nspname <> place OR typname <> new ORDER BY kind, oid
    LOOP
        IF part.nspname <> part.place THEN
            EXECUTE CASE part.kind
                WHEN 'TYPE' THEN format('ALTER TYPE %s SET SCHEMA %I', part.oid::regtype, part.place)
                ELSE format('ALTER FUNCTION %s SET SCHEMA %I', part.oid::regprocedure, part.place) END;
        END IF;
        IF part.typname <> part.new THEN
            EXECUTE CASE part.kind
                WHEN 'TYPE' THEN format('ALTER TYPE %s RENAME TO %I', part.oid::regtype, part.new)
                ELSE format('ALTER FUNCTION %s RENAME TO %I', part.oid::regprocedure, part.new) END;
        END IF;
    END LOOP;
END
$faberdb$"""


class RangeTypeKind(TypeKind):
    """`CREATE TYPE ... AS RANGE`; https://www.postgresql.org/docs/current/rangetypes.html"""

    name = "range_type"
    section = "range_types"
    Declared: Any = written("range_type", "RangeTypeSpec")

    def query(self, version: int) -> str:
        multirange = in_schema("pg_type", "r.rngmultitypid", "typname", "typnamespace") if version >= 14 else "null"
        return (
            "select 'pg_type'::regclass::oid, t.oid, 0, n.nspname, t.typname, format_type(r.rngsubtype, null),"
            f" case when not o.opcdefault then {in_schema('pg_opclass', 'r.rngsubopc', 'opcname', 'opcnamespace')} end,"
            f" case when r.rngcollation <> s.typcollation then {collation('r.rngcollation')} end,"
            f" {procedure('r.rngcanonical::oid')}, {procedure('r.rngsubdiff::oid')}, {multirange}"
            " from pg_range r join pg_type t on t.oid = r.rngtypid join pg_namespace n on n.oid = t.typnamespace"
            " join pg_type s on s.oid = r.rngsubtype join pg_opclass o on o.oid = r.rngsubopc"
            f" where {not_brought_along('pg_type', 't')} and {USER_SCHEMA} order by n.nspname, t.typname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, name, *values = row
        attributes = compact(dict(zip(_KEYS, values, strict=True)))
        if attributes.get("multirange") == dotted(schema, multirange_name(name)):
            del attributes["multirange"]
        return (classid, oid, 0), Object(Address(self.name, (schema, name)), attributes)

    def declare(self, place: Place, name: str, spec: RangeTypeSpec) -> Iterator[Object]:
        attributes = {key: getattr(spec, key) for key in _KEYS}
        if spec.multirange and "." not in spec.multirange:
            attributes["multirange"] = dotted(place.schema, spec.multirange)
        if attributes["multirange"] == dotted(place.schema, multirange_name(name)):
            attributes["multirange"] = None
        address = Address(self.name, (place.schema, name))
        yield from self.made(place, spec, address, attributes, references=[Address("schema", (place.schema,))])

    def mentions(self, obj: Object) -> Iterable[str]:
        return [value for key, value in obj.attributes.items() if key != "multirange"]

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield from super().claims(obj)
        yield ("type", *_multirange(obj))

    def compare(self, before: Object, after: Object) -> Verdict | None:
        if before.attributes == after.attributes:
            return None
        return Verdict(Action.REPLACE, "a range type cannot be altered, so it is made anew under its columns")

    def define(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        words = {key: value for key, value in obj.attributes.items() if key != "multirange"}
        if work.version >= 14:
            words["multirange_type_name"] = dotted(*_multirange(obj))
        body = ",\n    ".join(f"{key} = {value}" for key, value in words.items())
        yield Statement(f"CREATE TYPE {qualified(obj.address)} AS RANGE (\n    {body}\n)")

    def set_aside(self, obj: Object, work: Work) -> Iterable[Statement]:
        yield from keep_within(obj, work)

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        yield from super().rename(before, after)
        yield from self.brought_along(after, after.address.path[0])

    def brought_along(self, obj: Object, schema: str) -> Iterable[Statement]:
        home, name = obj.address.path
        place, multirange = _multirange(obj)
        if schema != home:
            place = schema  # whatever stays behind would go with the schema it is in, and take the type along
        words = {"type": dotted(schema, name), "schema": schema, "name": name, "place": place, "multirange": multirange}
        yield Statement(_FOLLOW.format(**{k: literal(v).strip() for k, v in words.items()}), Risk.CAUTION)


def multirange_name(name: str) -> str:
    """What the server calls the multirange of a range type if nobody says: makeMultirangeTypeName in its typecmds.c,
    which counts bytes."""
    if "range" in name:
        return clipped(name.replace("range", "multirange", 1))
    return clipped(name, "_multirange")


def _multirange(obj: Object) -> tuple[str, str]:
    schema, name = obj.address.path
    given: Mapping[str, Any] = obj.attributes
    if "multirange" in given:
        first, second = Address.parse(f"type:{given['multirange']}").path
        return first, second
    return schema, multirange_name(name)


KIND = RangeTypeKind()
