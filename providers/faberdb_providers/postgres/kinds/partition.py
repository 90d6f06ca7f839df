"""ATTACH and DETACH, INHERIT and NO INHERIT: they leave a table, its rows and its identity as they are, and what it
shares with the tables above it is made to fit."""

from __future__ import annotations

from collections.abc import Iterator

from faberdb.model import Address, Hazard, Object, Risk, Statement, Work
from faberdb_providers.postgres.kinds.bounds import misfits
from faberdb_providers.postgres.kinds.column.not_null import own_not_null
from faberdb_providers.postgres.kinds.lineage import KEYS, all_above, default_above, now, shape, shared
from faberdb_providers.postgres.kinds.partition_index import chosen_name
from faberdb_providers.postgres.names import dotted, ident, qualified, resolve


def attach(obj: Object, probe: tuple[str, ...] = ()) -> Statement:
    """ATTACH PARTITION. probe: for rows that are in its way."""
    parent = qualified(resolve(obj.address.path[0], obj.attributes["partition_of"]))
    hazard = Hazard(
        "attach",
        "the table is locked while all its rows are checked, unless a check constraint says what the bound says",
    )
    sql = f"ALTER TABLE {parent} ATTACH PARTITION {qualified(obj.address)} {obj.attributes['bound']}"
    return Statement(sql, Risk.DANGEROUS, (hazard,), probe=probe)


def detach(obj: Object) -> Statement:
    """DETACH PARTITION."""
    parent = qualified(resolve(obj.address.path[0], obj.attributes["partition_of"]))
    hazard = Hazard("detach", "queries on the parent wait for a moment, and no longer find the rows of the partition")
    return Statement(f"ALTER TABLE {parent} DETACH PARTITION {qualified(obj.address)}", Risk.DANGEROUS, (hazard,))


def descent_changes(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """What makes a table a part of other tables than it was, or of none."""
    schema, name = after.address.path[0], qualified(after.address)
    old, new = before.attributes, after.attributes
    keys = ("partition_of", "bound", "not_null_names")
    if any(old.get(key) != new.get(key) for key in keys):
        leaves, joins = bool(old.get("partition_of")), bool(new.get("partition_of"))
        if leaves:
            yield detach(before)
            if not joins:
                yield from _stays_behind(before, after, work)
        if joins:
            yield from _fits(before, after, work)
            yield attach(after, misfits(after, work))
            yield from _follows(before, after, work)
    for gone in [p for p in old.get("inherits", ()) if p not in new.get("inherits", ())]:
        yield Statement(f"ALTER TABLE {name} NO INHERIT {qualified(resolve(schema, gone))}", Risk.DANGEROUS)
    added = [p for p in new.get("inherits", ()) if p not in old.get("inherits", ())]
    if added:
        yield from _fits(before, after, work)
    for parent in added:
        yield Statement(f"ALTER TABLE {name} INHERIT {qualified(resolve(schema, parent))}", Risk.DANGEROUS)


def _fits(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """What a table must have before it can become a part of another."""
    table = qualified(after.address)
    names = _not_null_names(after, work, after=True)
    now = _not_null_names(before, work, after=False)
    for name, column in shared(after, work, "column").items():
        mine = work.before(Address("column", (*after.address.path, name)))
        if column.attributes.get("null") and mine is not None and not {"null", "inherited"} & mine.attributes.keys():
            wanted = work.after(mine.address)
            if wanted is None or ("inherited" in wanted.attributes and "not_null" not in wanted.attributes):
                yield Statement(f"ALTER TABLE {table} ALTER COLUMN {ident(name)} DROP NOT NULL", Risk.CAUTION)
        if column.attributes.get("null") or (mine is None and name not in now):
            continue
        if mine is not None and mine.attributes.get("null"):
            what = f"ADD CONSTRAINT {ident(names[name])} NOT NULL {ident(name)}"
            what = what if work.version >= 18 else f"ALTER COLUMN {ident(name)} SET NOT NULL"
            hazard = Hazard(
                "set-not-null", "the table is scanned while it is locked, and a row without a value stops it"
            )
            yield Statement(f"ALTER TABLE {table} {what}", Risk.DANGEROUS, (hazard,))
        elif work.version >= 18 and now[name] != names[name]:
            yield Statement(f"ALTER TABLE {table} RENAME CONSTRAINT {ident(now[name])} TO {ident(names[name])}")
    had = shared(before, work, "check")
    for name, check in shared(after, work, "check").items():
        mine = work.before(Address("check", (*after.address.path, name)))
        if mine is None and name not in had:
            unenforced = " NOT ENFORCED" if check.attributes.get("not_enforced") else ""
            hazard = Hazard("add-constraint", "the table is locked while all rows are checked", in_use=True)
            sql = (
                f"ALTER TABLE {table} ADD CONSTRAINT {ident(name)} CHECK ({check.attributes['expression']}){unenforced}"
            )
            yield Statement(sql, Risk.DANGEROUS, (hazard,))


def _follows(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """What a table that has become a part of another takes over that it need not have had."""
    table = qualified(after.address)
    had = shared(before, work, "column")
    for name in shared(after, work, "column"):
        mine = Address("column", (*after.address.path, name))
        wanted, live = work.after(mine), work.before(mine)
        if live is not None and wanted is None and live.attributes.get("statistics") is not None:
            yield Statement(f"ALTER TABLE ONLY {table} ALTER COLUMN {ident(name)} SET STATISTICS -1")
        if live is None or name in had or work.before(mine._replace(kind="default")) is not None:
            continue
        default = default_above(after, name, work)
        if default is not None and not (wanted and wanted.attributes.get("no_default")):
            sql = f"ALTER TABLE {table} ALTER COLUMN {ident(name)} SET DEFAULT {default.attributes['expression']}"
            yield Statement(sql)


def _stays_behind(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """What a table keeps from the table it was a part of is taken away where it is not wanted."""
    table = qualified(after.address)
    alter = f"ALTER TABLE {table}"
    names = _not_null_names(before, work, after=False)
    for name, column in shared(before, work, "column").items():
        mine = work.after(Address("column", (*after.address.path, name)))
        if mine is None:
            continue
        if not column.attributes.get("null"):
            wanted = mine.attributes.get("not_null_name") or f"{after.address.path[-1]}_{name}_not_null"
            if mine.attributes.get("null"):
                yield Statement(f"{alter} ALTER COLUMN {ident(name)} DROP NOT NULL", Risk.CAUTION)
            elif work.version >= 18 and names[name] != wanted:
                yield Statement(f"{alter} RENAME CONSTRAINT {ident(names[name])} TO {ident(wanted)}")
        default = Address("default", mine.address.path)
        if default_above(before, name, work) and work.before(default) is None and work.after(default) is None:
            yield Statement(f"{alter} ALTER COLUMN {ident(name)} DROP DEFAULT")
        if mine.attributes.get("statistics") is not None and work.before(mine.address) is None:
            target = mine.attributes["statistics"]
            yield Statement(f"ALTER TABLE ONLY {table} ALTER COLUMN {ident(name)} SET STATISTICS {target}")
    for kind in ("check", "foreign_key"):
        for name in shared(before, work, kind):
            if work.after(Address(kind, (*after.address.path, name))) is None:
                yield Statement(f"{alter} DROP CONSTRAINT {ident(name)}", Risk.CAUTION)
    for kind in (*KEYS, "index"):
        kept = [shape(o) for o in work.children(after.address, after=True) if o.address.kind == kind]
        mine_too = [shape(o) for o in work.children(after.address, after=False) if o.address.kind == kind]
        for key in shared(before, work, kind).values():
            if shape(key) not in (*kept, *mine_too):
                name = chosen_name(after.address.path[-1], key)
                what = f"DROP INDEX {dotted(after.address.path[0], name)}"
                yield Statement(what if kind == "index" else f"{alter} DROP CONSTRAINT {ident(name)}", Risk.CAUTION)


def _not_null_names(table: Object, work: Work, *, after: bool) -> dict[str, str]:
    """What the NOT NULL constraints of a table are called (PostgreSQL 18), by column."""
    own = table.attributes.get("not_null_names", {})
    names: dict[str, str] = {}
    for here in (table, *all_above(table, now(work))):
        settled = after if here is table else work.after(here.address) is not None
        for column in work.children(here.address, after=settled):
            a, name = column.attributes, column.address.path[-1]
            if column.address.kind == "column" and own_not_null(a):
                names.setdefault(name, a.get("not_null_name") or f"{here.address.path[-1]}_{name}_not_null")
    return {**names, **own}
