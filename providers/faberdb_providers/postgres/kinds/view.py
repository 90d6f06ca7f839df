"""Views and materialized views: a query, options, and for materialized ones storage and whether they are populated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from faberdb.model import Action, Address, Change, Hazard, Object, Place, Risk, Statement, Turn, Verdict, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, PostgresKind, Row, compact
from faberdb_providers.postgres.kinds.column.stored import storage_changes, stored_settings
from faberdb_providers.postgres.kinds.from_elsewhere import reaches_elsewhere, taken_for_populated
from faberdb_providers.postgres.kinds.granting import bare
from faberdb_providers.postgres.kinds.lineage import Find
from faberdb_providers.postgres.kinds.online.index import NEW, set_apart
from faberdb_providers.postgres.kinds.online.materialized_view import filled_beside, is_filled_beside, read_by
from faberdb_providers.postgres.kinds.storage import (
    JOIN_TOAST,
    WITH_TOAST,
    option_changes,
    option_texts,
    place_changes,
    stored_options,
)
from faberdb_providers.postgres.kinds.written import written
from faberdb_providers.postgres.names import ident, identifiers, options, qualified

if TYPE_CHECKING:
    from faberdb_providers.postgres.specs.view import StoredColumnSpec

_OTHERWISE = Hazard(codes.VIEW_REPLACED, "queries get other rows or columns from the moment this commits")
_DROPPED = Hazard(codes.VIEW_REPLACED, "queries that use it fail from the moment this commits")


class ViewKind(PostgresKind):
    """`CREATE VIEW`; https://www.postgresql.org/docs/current/sql-createview.html"""

    name = "view"
    section = "views"
    Declared: Any = written("view", "ViewSpec")
    ends_statement = True
    texts = ("query",)
    rebuilt_on_type_change = True
    relkind = "v"
    sql_name = "VIEW"

    def query(self, version: int) -> str:
        return (
            "select 'pg_class'::regclass::oid, c.oid, 0, n.nspname, c.relname, pg_get_viewdef(c.oid, false),"
            f" {WITH_TOAST}, c.relispopulated, ts.spcname, case when am.amname <> 'heap' then am.amname end,"
            " array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 order by"
            " a.attnum), array(select format_type(a.atttypid, a.atttypmod) from pg_attribute a where a.attrelid = c.oid"
            f" and a.attnum > 0 order by a.attnum), {self.settings(version)} from pg_class c {JOIN_TOAST}"
            " join pg_namespace n on n.oid = c.relnamespace"
            " left join pg_tablespace ts on ts.oid = c.reltablespace left join pg_am am on am.oid = c.relam"
            f" where c.relkind = '{self.relkind}' and {USER_SCHEMA} order by n.nspname, c.relname"
        )

    def settings(self, version: int) -> str:
        """What is stored of its columns, which have nothing of their own in a view, as SQL."""
        return "null"

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, name, query, opts, populated, space, am, columns, types, settings = row
        attributes: dict[str, Any] = {
            "query": query.strip().removesuffix(";"),
            "options": stored_options(opts),
            "row": [[c, t] for c, t in zip(columns, types, strict=True)],
        }
        if self.relkind == "m":
            attributes |= {"unpopulated": not populated, "tablespace": space, "access_method": am}
            attributes["column_settings"] = {name: stored_settings(*found) for name, *found in settings or ()}
        return (classid, oid, 0), Object(Address(self.name, (schema, name)), compact(attributes))

    def declare(self, place: Place, name: str, spec: Any) -> Iterator[Object]:
        address = Address(self.name, (place.schema, name))
        attributes = {
            "query": spec.query.strip().rstrip(";").rstrip(),
            "columns": spec.columns,
            "options": option_texts(spec.options),
            **{key: getattr(spec, key) for key in ("unpopulated", "tablespace", "access_method") if hasattr(spec, key)},
            "column_settings": _said(getattr(spec, "column_settings", {})),
        }
        yield from self.made(place, spec, address, attributes, references=[Address("schema", (place.schema,))])
        for column, expression in getattr(spec, "column_defaults", {}).items():
            default = Address("default", (*address.path, column))
            needs = frozenset({address})
            yield Object(default, {"expression": expression}, address, needs, place.scope, place.origin)

    def write(self, obj: Object) -> Mapping[str, Any]:
        return {k: v for k, v in obj.attributes.items() if k != "row"}

    def mentions(self, obj: Object) -> Iterable[str]:
        return [obj.attributes["query"]]

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield ("relation", *obj.address.path)
        yield ("type", *obj.address.path)

    def compare(self, before: Object, after: Object) -> Verdict | None:
        old, new = before.attributes, after.attributes
        if old == new:
            return None
        if old["query"] == new["query"] and old["row"] == new["row"]:
            return Verdict(Action.ALTER)
        if new["row"][: len(old["row"])] == old["row"]:
            return Verdict(Action.ALTER, "columns stay, or are added at the end")
        return Verdict(Action.REPLACE, "its columns change, which CREATE OR REPLACE VIEW cannot do")

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        yield Statement(f"DROP {self.identity(obj)}", *_missed(obj, work.after(obj.address)))

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        yield Statement(self.render(obj, "CREATE VIEW"), Risk.SAFE)
        yield from bare(obj.address, work)

    def render(self, obj: Object, words: str) -> str:
        a = obj.attributes
        columns = f" ({identifiers(a['columns'])})" if a.get("columns") else ""
        using = f" USING {ident(a['access_method'])}" if a.get("access_method") else ""
        with_ = f" WITH ({options(a['options'])})" if a.get("options") else ""
        space = f" TABLESPACE {ident(a['tablespace'])}" if a.get("tablespace") else ""
        return f"{words} {qualified(obj.address)}{columns}{using}{with_}{space} AS\n{a['query']}"

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        old, new = before.attributes, after.attributes
        if old["query"] != new["query"] or old["row"] != new["row"]:
            yield Statement(self.render(after, "CREATE OR REPLACE VIEW"), Risk.CAUTION, (_OTHERWISE,))
        else:
            alter = f"ALTER {self.identity(after)}"
            yield from option_changes(alter, old.get("options", {}), new.get("options", {}))


def _missed(view: Object, after: Object | None) -> tuple[Risk, tuple[Hazard, ...]]:
    """What its readers miss once it is dropped. after: what is made in its place, which may be the same again."""
    if after is None:
        return Risk.DANGEROUS, (_DROPPED,)
    old, new = view.attributes, after.attributes
    names = {name for name, _ in new["row"]}
    lost = [name for name, _ in old["row"] if name not in names]
    if lost:
        what = f"queries that name {', '.join(map(ident, lost))} of it fail from the moment this commits"
        return Risk.DANGEROUS, (Hazard(codes.VIEW_REPLACED, what),)
    return Risk.CAUTION, () if (old["row"], old["query"]) == (new["row"], new["query"]) else (_OTHERWISE,)


def _said(settings: Mapping[str, StoredColumnSpec]) -> dict[str, Any]:
    said = {name: compact(spec.model_dump()) for name, spec in sorted(settings.items())}
    texts = {
        name: {**of, "options": {k: str(v) for k, v in of.get("options", {}).items()}} for name, of in said.items()
    }
    return compact({name: compact(of) for name, of in texts.items()})


class MaterializedViewKind(ViewKind):
    """`CREATE MATERIALIZED VIEW`; https://www.postgresql.org/docs/current/sql-creatematerializedview.html"""

    name = "materialized_view"
    in_use = "filled beside"
    section = "materialized_views"
    Declared: Any = written("view", "MaterializedViewSpec")
    relkind = "m"
    sql_name = "MATERIALIZED VIEW"

    def settings(self, version: int) -> str:
        compression = "nullif(a.attcompression::text, '')" if version >= 14 else "null"
        own = ["nullif(a.attstorage, t.typstorage)::text", compression, "nullif(a.attstattarget, -1)", "a.attoptions"]
        return (
            f"(select json_agg(json_build_array(a.attname, {', '.join(own)}) order by a.attnum)"
            " from pg_attribute a join pg_type t on t.oid = a.atttypid where a.attrelid = c.oid and a.attnum > 0"
            f" and num_nonnulls({', '.join(own)}) > 0)"
        )

    def _stored(self, old: Mapping[str, Any], view: Object, work: Work) -> Iterator[Statement]:
        """What leads from one way of storing its columns to another."""
        before, after = old.get("column_settings", {}), view.attributes.get("column_settings", {})
        types = dict(view.attributes.get("row", ()))
        for name in sorted({*before, *after}):
            wanted = {**after.get(name, {}), "type": types.get(name, "")}
            column = f"ALTER {self.identity(view)} ALTER COLUMN {ident(name)}"
            yield from storage_changes(before.get(name, {}), wanted, column, work.version)

    def compare(self, before: Object, after: Object) -> Verdict | None:
        old, new = before.attributes, after.attributes
        if old == new:
            return None
        if all(old.get(key) == new.get(key) for key in ("query", "row", "access_method")):
            return Verdict(Action.ALTER)
        return Verdict(Action.REPLACE, "a materialized view cannot change its query in place")

    def turn(
        self,
        change: Change,
        changes: Mapping[Address, Change],
        live: Mapping[Address, Object],
        target: Mapping[Address, Object],
    ) -> Turn:
        """Its query can only be run once the materialized views that it reads, if through others, are populated."""
        if change.after is None or "unpopulated" in change.after.attributes:
            return Turn()
        found: set[Address] = set()
        seen: set[Address] = set()
        todo = list(change.after.references)
        while todo:
            address = todo.pop()
            obj = target.get(address)
            if obj is None or address in seen or address.kind not in ("view", self.name):
                continue
            seen.add(address)
            todo += obj.references
            if address in changes and address.kind == self.name:
                found.add(address)
        return Turn(last=frozenset(found))

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        if is_filled_beside(obj, work):
            yield from filled_beside(obj, self.render(set_apart(obj, NEW), "CREATE MATERIALIZED VIEW"))
            yield from self._stored({}, obj, work)
            return
        sql = self.render(obj, "CREATE MATERIALIZED VIEW")
        data = "\nWITH NO DATA" if obj.attributes.get("unpopulated") else ""
        statement = Statement(sql + data, Risk.SAFE if data else Risk.CAUTION)
        if not data and reaches_elsewhere(obj, work):
            statement = taken_for_populated(obj, statement, made=f"{sql}\nWITH NO DATA")
        yield statement
        yield from bare(obj.address, work)
        yield from self._stored({}, obj, work)

    def reads(self, obj: Object, find: Find) -> Iterable[Address]:
        return () if "unpopulated" in obj.attributes else read_by(obj, find)

    def alter(self, before: Object, after: Object, work: Work) -> Iterable[Statement]:
        old, new = before.attributes, after.attributes
        alter = f"ALTER {self.identity(after)}"
        yield from option_changes(alter, old.get("options", {}), new.get("options", {}))
        yield from place_changes(alter, old, new)
        yield from self._stored(old, after, work)
        if old.get("unpopulated") != new.get("unpopulated"):
            hazard = Hazard(codes.REFRESH, "readers wait while the query runs")
            words = " WITH NO DATA" if new.get("unpopulated") else ""
            statement = Statement(f"REFRESH {self.identity(after)}{words}", Risk.DANGEROUS, (hazard,))
            elsewhere = not words and reaches_elsewhere(after, work)
            yield taken_for_populated(after, statement) if elsewhere else statement


KINDS = (ViewKind(), MaterializedViewKind())
