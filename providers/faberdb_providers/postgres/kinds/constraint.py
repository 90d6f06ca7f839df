"""Constraints of tables: primary keys, unique, check, exclusion and foreign keys share their reading and words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from faberdb.model import Action, Address, Change, Hazard, Object, Place, Risk, Statement, Verdict, Work
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, PostgresKind, Row, compact
from faberdb_providers.postgres.kinds.index import ABOVE, JOIN_ABOVE, elements, made_by_server
from faberdb_providers.postgres.kinds.partition_index import attach_index, name_index, part_dropped, part_forces
from faberdb_providers.postgres.kinds.spec import Spec
from faberdb_providers.postgres.kinds.storage import Options, option_changes, option_texts, stored_options
from faberdb_providers.postgres.kinds.values import rows_alike, rows_where
from faberdb_providers.postgres.names import dotted, ident, identifiers, options, relative, resolve

ACTIONS = {"a": None, "r": "restrict", "c": "cascade", "n": "set null", "d": "set default"}
FkAction = Literal["no action", "restrict", "cascade", "set null", "set default"]


class ConstraintKind(PostgresKind):
    """What the five kinds of constraints have in common."""

    within: tuple[str, ...] = ("table",)
    sql_name = "CONSTRAINT"
    contype = ""
    dropped_inline = True
    extra = "null, null"
    """Further columns of the query that only this kind needs."""

    def query(self, version: int) -> str:
        enforced = "not k.conenforced" if version >= 18 else "false"
        period = "k.conperiod" if version >= 18 else "false"
        local = {"c": "k.conislocal", "f": "k.conparentid = 0"}.get(self.contype, "true")
        above = ABOVE if self.contype in ("p", "u", "x") else "null, null, null, null, null"
        joins = JOIN_ABOVE if self.contype in ("p", "u", "x") else ""
        return (
            "select 'pg_constraint'::regclass::oid, k.oid, 0, n.nspname, c.relname, c.relkind::text, k.conname,"
            f" {above}, k.condeferrable,"
            f" k.condeferred, not k.convalidated, {enforced}, {period},"
            " array(select a.attname::text from unnest(k.conkey) with ordinality u(num, pos) join pg_attribute a on"
            f"  a.attrelid = k.conrelid and a.attnum = u.num order by u.pos), {self.columns(version)}"
            " from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace"
            f" {self.joins(version)} {joins} where k.contype = '{self.contype}' and {local} and {USER_SCHEMA}"
            " order by n.nspname, c.relname, k.conname"
        )

    def inlines(self, obj: Object) -> bool:
        # CREATE TABLE takes every constraint for valid, since the table has no rows yet.
        return self.created_inline and not {"not_valid", "clustered", "attached_to"} & obj.attributes.keys()

    def columns(self, version: int) -> str:
        """What this kind selects beyond the common columns."""
        raise LookupError(self.name)

    def joins(self, version: int) -> str:
        return ""

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, table, relkind, name, *more = row
        above, (deferrable, deferred, invalid, unenforced, period, columns, *rest) = more[:5], more[5:]
        common = {
            "deferrable": deferrable,
            "initially_deferred": deferred,
            "not_valid": invalid and not unenforced,
            "not_enforced": unenforced,
        }
        own = self.own(schema, columns, period, rest)
        attributes = compact({**own, **common})
        if above[0]:
            attributes["attached_to"] = relative(schema, tuple(above[:2]))
            if made_by_server(self.name, table, name, attributes, above):
                return None
        parent = Address("foreign_table" if relkind == "f" else "table", (schema, table))
        return (classid, oid, 0), Object(Address(self.name, (schema, table, name)), attributes, parent)

    def own(self, schema: str, columns: list[str], period: bool, rest: Sequence[Any]) -> dict[str, Any]:
        """The attributes of this kind alone."""
        raise LookupError(self.name)

    def compare(self, before: Object, after: Object) -> Verdict | None:
        old, new = dict(before.attributes), dict(after.attributes)
        if old == new:
            return None
        if old.pop("not_valid", False) and "not_valid" not in new and old == new:
            return Verdict(Action.ALTER, "it is validated")
        for side in (old, new):
            side.pop("options", None)
            side.pop("clustered", None)
        if "attached_to" not in old:
            new.pop("attached_to", None)
        if old == new and self.contype in ("p", "u", "x"):
            return Verdict(Action.ALTER, "only its storage changes")
        return Verdict(Action.REPLACE, "a constraint cannot be altered in place")

    def disturbed_by(self, obj: Object, change: Change) -> bool:
        if change.action in (Action.DROP, Action.REPLACE):
            return True
        return change.disturbs and change.address.kind not in ("column", "table")

    def forces(
        self, change: Change, live: Mapping[Address, Object], target: Mapping[Address, Object]
    ) -> Iterable[Address]:
        return part_forces(change.before, target, live, replaced=change.action is Action.REPLACE)

    def identity(self, obj: Object) -> str:
        return f"CONSTRAINT {ident(obj.address.path[-1])} ON {dotted(*obj.address.path[:-1])}"

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        if "attached_to" in obj.attributes:
            yield name_index(obj)
            yield from _cluster({}, obj)
            return
        table = dotted(*obj.address.path[:-1])
        sql = f"ALTER TABLE {table} ADD CONSTRAINT {ident(obj.address.path[-1])} {definition(obj)}"
        yield Statement(sql, *self.danger(obj), probe=self.probe(obj, work))
        yield from _cluster({}, obj)

    def danger(self, obj: Object) -> tuple[Risk, tuple[Hazard, ...]]:
        """Risk of adding the constraint to a table that has rows."""
        if obj.attributes.get("not_valid") or obj.attributes.get("not_enforced"):
            return Risk.CAUTION, ()
        return Risk.DANGEROUS, (
            Hazard("add-constraint", "the table is locked while all rows are checked, and a row that fails stops it"),
        )

    def probe(self, obj: Object, work: Work) -> str:
        """A query for up to five rows that the constraint refuses."""
        return ""

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        table, name = dotted(*after.address.path[:-1]), ident(after.address.path[-1])
        if before.attributes.get("not_valid") and not after.attributes.get("not_valid"):
            yield Statement(
                f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}", Risk.CAUTION, probe=self.probe(after, work)
            )
        if "attached_to" in after.attributes and "attached_to" not in before.attributes:
            yield attach_index(after)
        yield from _cluster(before.attributes, after)
        old, new = before.attributes.get("options", {}), after.attributes.get("options", {})
        if old != new:
            yield from option_changes(f"ALTER INDEX {dotted(after.address.path[0], after.address.path[-1])}", old, new)

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        if "attached_to" in obj.attributes:
            yield from part_dropped(obj, work)
            return
        table = dotted(*obj.address.path[:-1])
        yield Statement(f"ALTER TABLE {table} DROP CONSTRAINT {ident(obj.address.path[-1])}", Risk.CAUTION)

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        old, new = ident(before.address.path[-1]), ident(after.address.path[-1])
        yield Statement(
            f"ALTER TABLE {dotted(*after.address.path[:-1])} RENAME CONSTRAINT {old} TO {new}", Risk.CAUTION
        )

    def on_table(
        self,
        place: Place,
        spec: Spec,
        name: str,
        attributes: Mapping[str, Any],
        columns: Sequence[str] = (),
        references: Iterable[Address] = (),
    ) -> Iterator[Object]:
        """The declared constraint `name` of the table it is written in."""
        table = place.container
        assert table is not None
        needed = [*(Address("column", (*table.path, c)) for c in columns), *references]
        yield from self.made(place, spec, Address(self.name, (*table.path, name)), attributes, table, needed)


class KeySpec(Spec):
    """A primary key or unique constraint; a bare list is its columns."""

    short = "columns"
    short_type = "array"

    columns: list[str]
    include: list[str] | None = None
    nulls_not_distinct: bool = False
    without_overlaps: bool = False
    """The last column is a range that may not overlap (PostgreSQL 18)."""
    deferrable: bool = False
    initially_deferred: bool = False
    options: Options = {}
    tablespace: str | None = None
    attached_to: str | None = None
    """Of a partition: the key of its table that this one is a part of."""
    clustered: bool = False
    """CLUSTER goes by its index."""


class PrimaryKeySpec(KeySpec):
    """The primary key; a bare list is its columns."""

    name: str | None = None
    """Where it is not TABLE_pkey."""


class KeyKind(ConstraintKind):
    """What primary keys and unique constraints share: the columns of one index."""

    shell = True
    created_inline = True

    def columns(self, version: int) -> str:
        distinct = "x.indnullsnotdistinct" if version >= 15 else "false"
        return (
            "array(select a.attname::text from unnest(x.indkey) with ordinality u(num, pos) join pg_attribute a on"
            f" a.attrelid = k.conrelid and a.attnum = u.num where u.pos > x.indnkeyatts order by u.pos), {distinct},"
            " ic.reloptions, ts.spcname, x.indisclustered"
        )

    def joins(self, version: int) -> str:
        return (
            "join pg_index x on x.indexrelid = k.conindid join pg_class ic on ic.oid = k.conindid"
            " left join pg_tablespace ts on ts.oid = ic.reltablespace"
        )

    def own(self, schema: str, columns: list[str], period: bool, rest: Sequence[Any]) -> dict[str, Any]:
        include, not_distinct, opts, space, clustered = rest
        return {
            "columns": columns,
            "include": include or None,
            "nulls_not_distinct": not_distinct,
            "without_overlaps": period,
            "options": stored_options(opts),
            "tablespace": space,
            "clustered": clustered,
        }

    def key(self, place: Place, spec: KeySpec, name: str) -> Iterator[Object]:
        fields = ("columns", "include", "nulls_not_distinct", "without_overlaps", "deferrable", "initially_deferred")
        attributes = {key: getattr(spec, key) for key in (*fields, "tablespace", "clustered", "attached_to")}
        attributes["options"] = option_texts(spec.options)
        yield from self.on_table(place, spec, name, attributes, [*spec.columns, *(spec.include or ())])

    def mentions(self, obj: Object) -> Iterable[str]:
        return [obj.attributes["attached_to"]] if "attached_to" in obj.attributes else []

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield ("relation", obj.address.path[0], obj.address.path[-1])

    def probe(self, obj: Object, work: Work) -> str:
        columns = [ident(c) for c in obj.attributes["columns"]]
        distinct = not obj.attributes.get("nulls_not_distinct")
        condition = " and ".join(f"{c} is not null" for c in columns) if distinct else ""
        return rows_alike(Address("table", obj.address.path[:-1]), ", ".join(columns), condition, work)

    def danger(self, obj: Object) -> tuple[Risk, tuple[Hazard, ...]]:
        message = "the table is locked while the index is built, and rows that are alike stop it"
        return Risk.DANGEROUS, (Hazard("add-key", message),)


class PrimaryKeyKind(KeyKind):
    """https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-PRIMARY-KEYS"""

    name = "primary_key"
    section = "primary_key"
    single = True
    Declared = PrimaryKeySpec
    contype = "p"

    def declare(self, place: Place, name: str, spec: PrimaryKeySpec) -> Iterator[Object]:
        assert place.container is not None
        yield from self.key(place, spec, spec.name or pkey_name(place.container.path[-1]))

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield from super().claims(obj)
        # A table has one, whatever its name. What ends in no name is no name that a text could mention.
        yield ("primary key", *obj.address.path[:-1], "")

    def write(self, obj: Object) -> Mapping[str, Any]:
        *_, table, name = obj.address.path
        return {**obj.attributes, **({} if name == pkey_name(table) else {"name": name})}


class UniqueKind(KeyKind):
    """https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-UNIQUE-CONSTRAINTS"""

    name = "unique"
    section = "uniques"
    Declared = KeySpec
    contype = "u"

    def declare(self, place: Place, name: str, spec: KeySpec) -> Iterator[Object]:
        yield from self.key(place, spec, name)


class CheckSpec(Spec):
    """A check constraint; a bare string is its expression."""

    short = "expression"

    expression: str
    no_inherit: bool = False
    not_valid: bool = False
    not_enforced: bool = False


class CheckKind(ConstraintKind):
    """https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-CHECK-CONSTRAINTS"""

    name = "check"
    section = "checks"
    Declared = CheckSpec
    within = ("table", "foreign_table")
    contype = "c"
    created_inline = True
    texts = ("expression",)

    def columns(self, version: int) -> str:
        return "pg_get_expr(k.conbin, k.conrelid), k.connoinherit"

    def own(self, schema: str, columns: list[str], period: bool, rest: Sequence[Any]) -> dict[str, Any]:
        return {"expression": rest[0], "no_inherit": rest[1]}

    def declare(self, place: Place, name: str, spec: CheckSpec) -> Iterator[Object]:
        attributes = {k: getattr(spec, k) for k in ("expression", "no_inherit", "not_valid", "not_enforced")}
        yield from self.on_table(place, spec, name, attributes)

    def mentions(self, obj: Object) -> Iterable[str]:
        return [obj.attributes["expression"]]

    def disturbed_by(self, obj: Object, change: Change) -> bool:
        # A new type can leave the expression without an operator, so it is taken off and put back around the change.
        return super().disturbed_by(obj, change) or (change.disturbs and change.address.kind == "column")

    def probe(self, obj: Object, work: Work) -> str:
        return rows_where(Address("table", obj.address.path[:-1]), f"not ({obj.attributes['expression']})", work)


class ExclusionSpec(Spec):
    """An exclusion constraint."""

    using: str = "gist"
    elements: list[str]
    """`room WITH =`, as in EXCLUDE (...)."""
    include: list[str] | None = None
    where: str | None = None
    deferrable: bool = False
    initially_deferred: bool = False
    options: Options = {}
    tablespace: str | None = None
    attached_to: str | None = None
    """Of a partition: the constraint of its table that this one is a part of."""


class ExclusionKind(ConstraintKind):
    """https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-EXCLUSION"""

    name = "exclusion"
    section = "exclusions"
    Declared = ExclusionSpec
    contype = "x"
    texts = ("elements", "where")

    def columns(self, version: int) -> str:
        return (
            f"{elements('k.conindid')},"
            " array(select 'OPERATOR(' || quote_ident(opn.nspname) || '.' || op.oprname || ')'"
            "  from unnest(k.conexclop) with ordinality u(o, pos) join pg_operator op on op.oid = u.o join pg_namespace"
            " opn on opn.oid = op.oprnamespace order by u.pos),"
            " array(select a.attname::text from unnest(x.indkey) with ordinality u(num, pos) join pg_attribute a on"
            " a.attrelid = k.conrelid and a.attnum = u.num where u.pos > x.indnkeyatts order by u.pos),"
            " pg_get_expr(x.indpred, x.indrelid), am.amname, ic.reloptions, ts.spcname"
        )

    def joins(self, version: int) -> str:
        return (
            "join pg_index x on x.indexrelid = k.conindid join pg_class ic on ic.oid = k.conindid"
            " join pg_am am on am.oid = ic.relam left join pg_tablespace ts on ts.oid = ic.reltablespace"
        )

    def own(self, schema: str, columns: list[str], period: bool, rest: Sequence[Any]) -> dict[str, Any]:
        parts, operators, include, where, method, opts, space = rest
        short = [o.replace("OPERATOR(pg_catalog.", "")[:-1] if "(pg_catalog." in o else o for o in operators]
        return {
            "using": method,
            "elements": [f"{part} WITH {op}" for part, op in zip(parts, short, strict=True)],
            "include": include or None,
            "where": where,
            "options": stored_options(opts),
            "tablespace": space,
        }

    def declare(self, place: Place, name: str, spec: ExclusionSpec) -> Iterator[Object]:
        fields = ("using", "elements", "include", "where", "deferrable", "initially_deferred", "tablespace")
        attributes = {key: getattr(spec, key) for key in (*fields, "attached_to")}
        attributes["options"] = option_texts(spec.options)
        yield from self.on_table(place, spec, name, attributes, spec.include or ())

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield ("relation", obj.address.path[0], obj.address.path[-1])

    def mentions(self, obj: Object) -> Iterable[str]:
        return [*obj.attributes["elements"], *filter(None, [obj.attributes.get(k) for k in ("where", "attached_to")])]


class Reference(Spec):
    """What a foreign key points at."""

    table: str
    columns: list[str] | None = None
    """The primary key's where they are not given."""


class ForeignKeySpec(Spec):
    """A foreign key."""

    columns: list[str]
    references: Reference
    on_delete: FkAction = "no action"
    on_update: FkAction = "no action"
    set_columns: list[str] | None = None
    """The columns that SET NULL or SET DEFAULT of on_delete sets, where not all (PostgreSQL 15)."""
    match: Literal["simple", "full"] = "simple"
    period: bool = False
    """The last column is a period (PostgreSQL 18)."""
    deferrable: bool = False
    initially_deferred: bool = False
    not_valid: bool = False
    not_enforced: bool = False


class ForeignKeyKind(ConstraintKind):
    """https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK"""

    name = "foreign_key"
    section = "foreign_keys"
    Declared = ForeignKeySpec
    contype = "f"
    # Two tables may refer to each other, and a table that is kept must not hold on to one that is not.
    dropped_inline = False

    def columns(self, version: int) -> str:
        only = (
            "array(select a.attname::text from unnest(k.confdelsetcols) with ordinality u(num, pos) join pg_attribute a"
            " on a.attrelid = k.conrelid and a.attnum = u.num order by u.pos)"
            if version >= 15
            else "null"
        )
        return (
            "rn.nspname, rc.relname, array(select a.attname::text from unnest(k.confkey) with ordinality u(num, pos)"
            " join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.num order by u.pos),"
            f" k.confdeltype::text, k.confupdtype::text, k.confmatchtype::text, {only}"
        )

    def joins(self, version: int) -> str:
        return "join pg_class rc on rc.oid = k.confrelid join pg_namespace rn on rn.oid = rc.relnamespace"

    def own(self, schema: str, columns: list[str], period: bool, rest: Sequence[Any]) -> dict[str, Any]:
        target_schema, target, target_columns, on_delete, on_update, match, only = rest
        name = ident(target) if target_schema == schema else dotted(target_schema, target)
        return {
            "columns": columns,
            "references": {"table": name, "columns": target_columns},
            "on_delete": ACTIONS[on_delete],
            "on_update": ACTIONS[on_update],
            "set_columns": only or None,
            "match": "full" if match == "f" else None,
            "period": period,
        }

    def declare(self, place: Place, name: str, spec: ForeignKeySpec) -> Iterator[Object]:
        fields = ("columns", "set_columns", "period", "deferrable", "initially_deferred", "not_valid", "not_enforced")
        attributes = {key: getattr(spec, key) for key in fields}
        attributes["references"] = compact({"table": spec.references.table, "columns": spec.references.columns})
        for key, default in (("on_delete", "no action"), ("on_update", "no action"), ("match", "simple")):
            value = getattr(spec, key)
            attributes[key] = None if value == default else value
        target = resolve(place.schema, spec.references.table)
        there = [Address("column", (*target.path, c)) for c in spec.references.columns or ()]
        yield from self.on_table(place, spec, name, attributes, spec.columns, [target, *there])

    def compare(self, before: Object, after: Object) -> Verdict | None:
        verdict = super().compare(before, after)
        alterable = ("deferrable", "initially_deferred", "not_enforced")
        old, new = ({k: v for k, v in o.attributes.items() if k not in alterable} for o in (before, after))
        return Verdict(Action.ALTER) if verdict is not None and old == new else verdict

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        yield from super().alter(before, after, work)
        old, new = before.attributes, after.attributes
        words = []
        if any(old.get(key) != new.get(key) for key in ("deferrable", "initially_deferred")):
            when = "INITIALLY DEFERRED" if new.get("initially_deferred") else "INITIALLY IMMEDIATE"
            words.append(f"DEFERRABLE {when}" if new.get("deferrable") else "NOT DEFERRABLE")
        if old.get("not_enforced") != new.get("not_enforced"):
            words.append("NOT ENFORCED" if new.get("not_enforced") else "ENFORCED")
        for word in words:
            table, name = dotted(*after.address.path[:-1]), ident(after.address.path[-1])
            sql = f"ALTER TABLE {table} ALTER CONSTRAINT {name} {word}"
            if word == "ENFORCED":
                yield Statement(sql, *self.danger(after), probe=self.probe(after, work))
            else:
                yield Statement(sql, Risk.CAUTION)

    def disturbed_by(self, obj: Object, change: Change) -> bool:
        # Both sides of a key may change type in one plan; in between they would not fit.
        return super().disturbed_by(obj, change) or (change.disturbs and change.address.kind == "column")

    def probe(self, obj: Object, work: Work) -> str:
        target = resolve(obj.address.path[0], obj.attributes["references"]["table"])
        columns = obj.attributes["columns"]
        there = obj.attributes["references"].get("columns") or columns
        match = " and ".join(f"r.{ident(b)} = t.{ident(a)}" for a, b in zip(columns, there, strict=True))
        given = " and ".join(f"t.{ident(a)} is not null" for a in columns)
        missing = f"not exists (select from {dotted(*target.path)} r where {match})"
        return rows_where(Address("table", obj.address.path[:-1]), f"{given} and {missing}", work)

    def danger(self, obj: Object) -> tuple[Risk, tuple[Hazard, ...]]:
        if obj.attributes.get("not_valid") or obj.attributes.get("not_enforced"):
            return Risk.CAUTION, ()
        message = "writes to both tables wait while all rows are checked, and a row without its match stops it"
        return Risk.DANGEROUS, (Hazard("add-foreign-key", message),)


def _cluster(old: Mapping[str, Any], after: Object) -> Iterator[Statement]:
    table, name = dotted(*after.address.path[:-1]), ident(after.address.path[-1])
    if after.attributes.get("clustered") and not old.get("clustered"):
        yield Statement(f"ALTER TABLE {table} CLUSTER ON {name}", Risk.CAUTION)
    elif old.get("clustered") and not after.attributes.get("clustered"):
        yield Statement(f"ALTER TABLE {table} SET WITHOUT CLUSTER", Risk.CAUTION)


def pkey_name(table: str) -> str:
    """The name PostgreSQL gives a primary key: at most 63 bytes."""
    while len(table.encode()) > 63 - len("_pkey"):
        table = table[:-1]
    return f"{table}_pkey"


def definition(obj: Object) -> str:
    """What follows CONSTRAINT NAME in CREATE TABLE and ALTER TABLE."""
    a, kind = obj.attributes, obj.address.kind
    if kind == "check":
        text = f"CHECK ({a['expression']})" + (" NO INHERIT" if a.get("no_inherit") else "")
    elif kind == "foreign_key":
        text = _foreign_key(obj)
    elif kind == "exclusion":
        text = f"EXCLUDE USING {ident(a['using'])} ({', '.join(a['elements'])})" + _index_part(a)
        if a.get("where"):
            text += f" WHERE ({a['where']})"
    else:
        columns = identifiers(a["columns"]) + (" WITHOUT OVERLAPS" if a.get("without_overlaps") else "")
        words = "PRIMARY KEY" if kind == "primary_key" else "UNIQUE"
        distinct = " NULLS NOT DISTINCT" if a.get("nulls_not_distinct") else ""
        text = f"{words}{distinct} ({columns})" + _index_part(a)
    if a.get("deferrable"):
        text += " DEFERRABLE" + (" INITIALLY DEFERRED" if a.get("initially_deferred") else "")
    if a.get("not_enforced"):
        text += " NOT ENFORCED"
    return text + (" NOT VALID" if a.get("not_valid") else "")


def _index_part(a: Mapping[str, Any]) -> str:
    text = f" INCLUDE ({identifiers(a['include'])})" if a.get("include") else ""
    if a.get("options"):
        text += f" WITH ({options(a['options'])})"
    return text + (f" USING INDEX TABLESPACE {ident(a['tablespace'])}" if a.get("tablespace") else "")


def _foreign_key(obj: Object) -> str:
    a = obj.attributes
    columns, there = list(a["columns"]), list(a["references"].get("columns") or ())
    target = resolve(obj.address.path[0], a["references"]["table"])
    here_sql, there_sql = identifiers(columns), identifiers(there)
    if a.get("period"):
        here_sql = ", ".join([*map(ident, columns[:-1]), f"PERIOD {ident(columns[-1])}"])
        there_sql = ", ".join([*map(ident, there[:-1]), f"PERIOD {ident(there[-1])}"]) if there else ""
    text = f"FOREIGN KEY ({here_sql}) REFERENCES {dotted(*target.path)}" + (f" ({there_sql})" if there else "")
    if a.get("match"):
        text += " MATCH FULL"
    if a.get("on_update"):
        text += f" ON UPDATE {a['on_update'].upper()}"
    if a.get("on_delete"):
        text += f" ON DELETE {a['on_delete'].upper()}"
        if a.get("set_columns"):
            text += f" ({identifiers(a['set_columns'])})"
    return text


KINDS = (PrimaryKeyKind(), UniqueKind(), CheckKind(), ExclusionKind(), ForeignKeyKind())
