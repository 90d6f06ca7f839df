"""Tables: logged or not, partitioned or a partition, with their storage. Columns, keys and the rest are objects of
their own, written into CREATE TABLE where nothing stands in the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Action, Address, Change, Hazard, Object, Place, Risk, Statement, Turn, Verdict, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, Row, compact
from faberdb_providers.postgres.kinds.bounds import beside_rows, misfits, misplaced
from faberdb_providers.postgres.kinds.column.clause import beyond, render_column, said_aloud
from faberdb_providers.postgres.kinds.column.identity import bare_identity, persistence_again
from faberdb_providers.postgres.kinds.column.inherited import none_given, without_default
from faberdb_providers.postgres.kinds.constraint_clause import definition
from faberdb_providers.postgres.kinds.descendant import Descendant
from faberdb_providers.postgres.kinds.granting import bare
from faberdb_providers.postgres.kinds.kept_child import irreversible, leave, rejoin
from faberdb_providers.postgres.kinds.lineage import Find, above, left_columns, not_null_names, pointing_around
from faberdb_providers.postgres.kinds.partition import attach, detach, join, lossy
from faberdb_providers.postgres.kinds.partition_index import unwanted
from faberdb_providers.postgres.kinds.replica_identity import identity_change
from faberdb_providers.postgres.kinds.rows_elsewhere import refuse_anew
from faberdb_providers.postgres.kinds.rows_over import copied, linked_again, set_aside, staying
from faberdb_providers.postgres.kinds.sequence import kept_as_they_are
from faberdb_providers.postgres.kinds.storage import (
    JOIN_TOAST,
    WITH_TOAST,
    into_what_comes,
    option_changes,
    option_texts,
    out_of_what_goes,
    place_changes,
    stored_options,
)
from faberdb_providers.postgres.kinds.typed import as_typed, turn_of_type, typed, typed_again, untyped, untyped_aside
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import dotted, ident, options, qualified, relative, resolve

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.table import TableSpec

_DROPPED = Hazard(codes.TABLE_DROPPED, "queries that use it fail from the moment this commits")


class TableKind(Descendant):
    """`CREATE TABLE`; https://www.postgresql.org/docs/current/sql-createtable.html"""

    name = "table"
    section = "tables"
    Declared: Any = written("table", "TableSpec")
    texts = ("partition_by", "bound")

    def whole(self, obj: Object) -> bool:
        return "partition_by" in obj.attributes

    def query(self, version: int) -> str:
        return (
            "select 'pg_class'::regclass::oid, c.oid, 0, n.nspname, c.relname, c.relpersistence::text,"
            f" {WITH_TOAST},"
            " case c.relkind when 'p' then pg_get_partkeydef(c.oid) end,"
            " case when c.relispartition then pg_get_expr(c.relpartbound, c.oid) end,"
            " case when c.relhassubclass or c.relispartition or exists (select from pg_inherits i where"
            "  i.inhrelid = c.oid) then array(select array[pn.nspname::text, p.relname::text] from pg_inherits i"
            "  join pg_class p on p.oid = i.inhparent join pg_namespace pn on pn.oid = p.relnamespace"
            "  where i.inhrelid = c.oid order by i.inhseqno) end,"
            " case when c.reloftype <> 0 then format_type(c.reloftype, null) end,"
            " case when am.amname <> 'heap' or c.relkind = 'p' then am.amname end, ts.spcname,"
            " c.relrowsecurity, c.relforcerowsecurity,"
            f" {not_null_names(version)},"
            " c.relreplident::text, (select ic.relname from pg_index x join pg_class ic on ic.oid = x.indexrelid"
            "  where x.indrelid = c.oid and x.indisreplident)"
            f" from pg_class c {JOIN_TOAST} join pg_namespace n on n.oid = c.relnamespace"
            " left join pg_am am on am.oid = c.relam"
            f" left join pg_tablespace ts on ts.oid = c.reltablespace where c.relkind in ('r', 'p') and {USER_SCHEMA}"
            " order by n.nspname, c.relname"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, name, persistence, opts, partition_by, bound, parents, of, am, space, *rest = row
        row_security, forced, names, identity, identity_index = rest
        parents = [tuple(p) for p in parents or ()]
        attributes = compact(
            {
                "unlogged": persistence == "u",
                "options": stored_options(opts),
                "partition_by": partition_by,
                "partition_of": relative(schema, parents[0]) if bound else None,
                "bound": bound,
                "inherits": [relative(schema, p) for p in parents] if parents and not bound else None,
                "of": of,
                "access_method": am,
                "tablespace": space,
                "row_security": row_security,
                "force_row_security": forced,
                "not_null_names": names,
                "replica_identity": {"f": "full", "n": "nothing", "i": f"index {identity_index}"}.get(identity),
            }
        )
        parent = Address(self.name, parents[0]) if bound else None
        return (classid, oid, 0), Object(Address(self.name, (schema, name)), attributes, parent)

    def declare(self, place: Place, name: str, spec: TableSpec) -> Iterator[Object]:
        from faberdb_providers.postgres.specs.base import RelationSpec

        fields = [key for key in self.Declared.model_fields if key not in (*RelationSpec.model_fields, "children")]
        attributes = {key: getattr(spec, key) for key in fields}
        attributes["options"] = option_texts(spec.options)
        parents = [resolve(place.schema, p) for p in (*(spec.inherits or ()), *filter(None, [spec.partition_of]))]
        parent = parents[0] if spec.partition_of else None
        address = Address(self.name, (place.schema, name))
        references = [Address("schema", (place.schema,)), *parents]
        hints = {} if spec.children == "declared" else {"children": spec.children}
        yield from self.made(place, spec, address, attributes, parent, references, hints)

    def mentions(self, obj: Object) -> Iterable[str]:
        return [str(obj.attributes[k]) for k in ("partition_by", "bound", "of", "access_method") if k in obj.attributes]

    def compare(self, before: Object, after: Object) -> Verdict | None:
        if before.attributes == after.attributes:
            return None
        old, new = before.attributes, after.attributes
        if old.get("partition_by") != new.get("partition_by"):
            return Verdict(Action.REPLACE, "its partitioning changes")
        return Verdict(Action.ALTER)

    def made_anew(self, change: Change, live: Mapping[Address, Object], target: Mapping[Address, Object]) -> str:
        assert change.before is not None
        assert change.after is not None
        left = left_columns(change.before, change.after, live, target)
        # DETACH and NO INHERIT leave every column behind, with its values.
        if left:
            return f"it would keep the column {left[0]} of the table above it, which is not declared"
        lost = lossy(change.before, change.after, live, target)
        return lost or irreversible(change.before, change.after, live, target)

    def part_of(self, change: Change) -> Address | None:
        ends = [o.attributes.get("access_method") for o in (change.before, change.after) if o is not None]
        return change.address if change.action is Action.ALTER and ends[0] != ends[-1] else None

    def refused_in_place(self, change: Change, referrers: Sequence[Object], version: int) -> bool:
        return version < 15  # that has no SET ACCESS METHOD

    def disturbed_by(self, obj: Object, change: Change) -> bool:
        # What only its columns or checks refer to (the sequence of an inherited default) is no concern of the table.
        firm = ("table", "schema", "composite_type")
        return change.address.kind in firm and super().disturbed_by(obj, change)

    def keeps(self, change: Change) -> str:
        return "moved" if change.action in (Action.DROP, Action.REPLACE) else ""

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        yield from self._made(obj, inlined, work)
        for sequence, column in staying(obj.address, work):
            yield from linked_again(sequence, column, work)

    def _made(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        name, schema = qualified(obj.address), obj.address.path[0]
        kept = work.kept(obj.address)
        if kept:
            yield Statement(f"ALTER TABLE {dotted(kept.place, obj.address.path[1])} SET SCHEMA {ident(schema)}")
            if obj.attributes.get("partition_of"):
                yield attach(obj, misfits(obj, work))
            yield from typed_again(obj, work)
            yield from rejoin(obj, kept.place)
            yield from into_what_comes(obj, work)
            if _comes(obj, work.before, work.after):
                yield _stored_by(name, obj.attributes["access_method"])
            return
        inlined = said_aloud(as_typed(obj, inlined, work), work)
        later = [*_over_inherited(obj, inlined), *_said_twice(inlined)]
        sql = create_table(obj, without_default([o for o in inlined if o not in later], obj, work), work.version)
        probe, untold = misfits(obj, work, fresh=True), misplaced(obj, work, fresh=True)
        yield Statement(sql, *beside_rows(obj, work), probe=probe, untold=untold)
        if "partition_by" not in obj.attributes:
            yield from copied(obj, work)
        yield from none_given(obj, inlined, work)
        for column in (o for o in inlined if o.address.kind == "column"):
            yield from beyond(column, work.version)
        for key in later:
            yield Statement(f"ALTER TABLE {name} ADD CONSTRAINT {ident(key.address.path[-1])} {definition(key)}")
        told = dict(obj.attributes)
        if "partition_by" in told and work.before(obj.address) is not None:
            told.pop("force_row_security", None)  # it would stop the owner from filling it
        yield from settings({}, told, name, creating=True)
        yield from identity_change(None, obj, work, inlined)
        yield from bare(obj.address, work)
        for column in inlined:
            yield from bare_identity(column, work)

    def apart(self, before: Object, after: Object) -> bool:
        return super().apart(before, after) or before.attributes.get("of") != after.attributes.get("of")

    def forces(
        self, change: Change, live: Mapping[Address, Object], target: Mapping[Address, Object]
    ) -> Iterable[Address]:
        if change.action is Action.CREATE:
            return unwanted(change.after, live, target)
        return pointing_around(change, live, target)

    def turn(
        self,
        change: Change,
        changes: Mapping[Address, Change],
        live: Mapping[Address, Object],
        target: Mapping[Address, Object],
    ) -> Turn:
        found = super().turn(change, changes, live, target)
        if change.action not in (Action.ALTER, Action.REPLACE):
            return found
        more = turn_of_type(change, changes)
        return found._replace(ahead=found.ahead | more.ahead, last=found.last | more.last)

    def loosen(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        yield from untyped(before, after, work)
        yield from super().loosen(before, after, work)

    def filled(self, before: Object, after: Object) -> bool:
        return "partition_by" in after.attributes

    def fill(self, obj: Object, work: Work) -> Iterable[Statement]:
        yield from copied(obj, work)
        if obj.attributes.get("force_row_security"):
            yield _row_security(f"ALTER TABLE {qualified(obj.address)}", "FORCE", creating=True)

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        name, old, new = qualified(after.address), before.attributes, after.attributes
        yield from join(before, after, work)
        yield from typed(before, after, work)
        yield from settings(old, new, name)
        if bool(old.get("unlogged")) != bool(new.get("unlogged")):
            yield from kept_as_they_are(after, work)
            yield from persistence_again(after, work)
        yield from identity_change(before, after, work)

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        name, kept = qualified(obj.address), work.keep(obj.address)
        gone = (_DROPPED,) if work.after(obj.address) is None else ()
        if not gone:
            refuse_anew(obj, obj.address, work, "declare the new table under another name")
        if obj.attributes.get("partition_of"):
            yield detach(obj, work)
        for sequence, _ in staying(obj.address, work):
            yield Statement(f"ALTER SEQUENCE {qualified(sequence.address)} OWNED BY NONE")
        if kept:
            yield from untyped_aside(obj, work)
            yield from leave(obj, kept.place, work)
            yield from out_of_what_goes(obj, work)
            if _comes(obj, work.after, work.before):
                yield _stored_by(name, "heap")
            yield Statement(
                f"ALTER TABLE {name} SET SCHEMA {ident(kept.place)}", Risk.DESTRUCTIVE, (*gone, *set_aside(obj, work))
            )
        else:
            yield Statement(f"DROP TABLE {name}", Risk.DESTRUCTIVE, gone)


def _said_twice(inlined: Sequence[Object]) -> list[Object]:
    """Unique constraints on the columns of another key: CREATE TABLE makes one index for both and drops a name."""
    seen: set[tuple[str, ...]] = set()
    again = []
    for key in sorted(inlined, key=lambda o: o.address.kind != "primary_key"):
        if key.address.kind in ("primary_key", "unique"):
            columns = tuple(key.attributes["columns"])
            if columns in seen:
                again.append(key)
            seen.add(columns)
    return again


def _over_inherited(obj: Object, inlined: Sequence[Object]) -> list[Object]:
    """A primary key over columns that are inherited. In CREATE TABLE it would give them a NOT NULL of their own beside
    the inherited one (PostgreSQL 18), which stays when the table leaves its parent; added afterwards it takes that."""
    own = {o.address.path[-1] for o in inlined if o.address.kind == "column" and "inherited" not in o.attributes}
    own |= set(obj.attributes.get("not_null_names", ()))
    keys = [o for o in inlined if o.address.kind == "primary_key"] if above(obj) else []
    return [key for key in keys if not own.issuperset(key.attributes["columns"])]


def create_table(obj: Object, inlined: Sequence[Object], version: int) -> str:
    """CREATE TABLE with those children that can be written into it, one a line."""
    a = obj.attributes
    names = [f"CONSTRAINT {ident(n)} NOT NULL {ident(c)}" for c, n in a.get("not_null_names", {}).items()]
    head = f"CREATE {'UNLOGGED ' if a.get('unlogged') else ''}TABLE {qualified(obj.address)}"
    tail = ""
    if a.get("partition_by"):
        tail += f" PARTITION BY {a['partition_by']}"
    if a.get("access_method"):
        tail += f" USING {ident(a['access_method'])}"
    if a.get("options"):
        tail += f" WITH ({options(a['options'])})"
    if a.get("tablespace"):
        tail += f" TABLESPACE {ident(a['tablespace'])}"
    return head + descent(obj, body(inlined, version, names) or ("" if a.get("partition_of") else " ()")) + tail


def body(inlined: Sequence[Object], version: int, more: Sequence[str] = ()) -> str:
    """The columns and constraints of a CREATE TABLE in their parentheses, one a line; empty where there are none."""
    defaults = {o.parent: o.attributes["expression"] for o in inlined if o.address.kind == "default"}
    lines = [render_column(o, defaults.get(o.address), version) for o in inlined if o.address.kind == "column"]
    lines += [
        f"CONSTRAINT {ident(o.address.path[-1])} {definition(o)}"
        for o in inlined
        if o.address.kind not in ("column", "default")
    ]
    lines += more
    return " (\n    " + ",\n    ".join(lines) + "\n)" if lines else ""


def descent(obj: Object, columns: str) -> str:
    """The columns of a CREATE TABLE with the tables above it."""
    a, schema = obj.attributes, obj.address.path[0]
    if a.get("partition_of"):
        return f" PARTITION OF {qualified(resolve(schema, a['partition_of']))}{columns} {a['bound']}"
    if a.get("inherits"):
        return f"{columns} INHERITS ({', '.join(qualified(resolve(schema, p)) for p in a['inherits'])})"
    return columns


def settings(
    old: Mapping[str, Any], new: Mapping[str, Any], name: str, *, creating: bool = False
) -> Iterator[Statement]:
    """What ALTER TABLE sets on a table; of a new one, what CREATE TABLE has no words for."""
    alter = f"ALTER TABLE {name}"
    if not creating:
        if old.get("unlogged") != new.get("unlogged"):
            word, hazards = ("UNLOGGED", (_UNLOGGED,)) if new.get("unlogged") else ("LOGGED", ())
            yield Statement(f"{alter} SET {word}", Risk.DANGEROUS, hazards)
        yield from option_changes(alter, old.get("options", {}), new.get("options", {}))
        if old.get("access_method") != new.get("access_method"):
            yield _stored_by(name, new.get("access_method", "heap"), holds_rows="partition_by" not in new)
        yield from place_changes(alter, old, new, holds_rows="partition_by" not in new)
    if old.get("row_security") != new.get("row_security"):
        yield _row_security(alter, "ENABLE" if new.get("row_security") else "DISABLE", creating=creating)
    if old.get("force_row_security") != new.get("force_row_security"):
        yield _row_security(alter, "FORCE" if new.get("force_row_security") else "NO FORCE", creating=creating)
    if creating and new.get("of"):
        # CREATE TABLE OF has no words for columns that say more than their type does.
        yield Statement(f"{alter} OF {new['of']}", Risk.CAUTION)


_UNLOGGED = Hazard(codes.UNLOGGED, "a crash empties it from then on, and standbys do not have its rows")


def _stored_by(table: str, access_method: str, *, holds_rows: bool = True) -> Statement:
    """Moves the rows to another access method. holds_rows: not so what is partitioned, of which only later parts are
    stored so, and which need not have one."""
    if not holds_rows:
        named = "DEFAULT" if access_method == "heap" else ident(access_method)
        return Statement(f"ALTER TABLE {table} SET ACCESS METHOD {named}", Risk.CAUTION)
    hazard = Hazard(codes.REWRITE, "the table is rewritten while it is locked")
    return Statement(f"ALTER TABLE {table} SET ACCESS METHOD {ident(access_method)}", Risk.DANGEROUS, (hazard,))


def _comes(obj: Object, first: Find, then: Find) -> bool:
    """Whether the access method of a table is there at one end of a plan only: a table in quarantine would keep it."""
    method = Address("access_method", (obj.attributes.get("access_method", "heap"),))
    return first(method) is None and then(method) is not None


_ROW_SECURITY = {
    "ENABLE": Hazard(codes.ROW_SECURITY_ON, "roles see and write only what a policy lets through from then on"),
    "DISABLE": Hazard(codes.ROW_SECURITY_OFF, "no policy counts any more: whoever has privileges on it sees all rows"),
    "FORCE": Hazard(codes.ROW_SECURITY_FORCED, "the owner too sees and writes only what a policy lets through"),
    "NO FORCE": Hazard(codes.ROW_SECURITY_NOT_FORCED, "no policy counts for the owner any more"),
}


def _row_security(alter: str, word: str, *, creating: bool) -> Statement:
    hazards = () if creating else (_ROW_SECURITY[word],)
    return Statement(f"{alter} {word} ROW LEVEL SECURITY", Risk.DANGEROUS if hazards else Risk.CAUTION, hazards)


KIND = TableKind()
