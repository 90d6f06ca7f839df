"""ATTACH and DETACH, INHERIT and NO INHERIT: they leave a table, its rows and its identity as they are, and what it
shares with the tables above it is made to fit."""

from __future__ import annotations

from collections.abc import Iterator

from faberdb.model import Address, Attributes, Hazard, Object, Risk, Statement, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.bounds import misfits, misplaced
from faberdb_providers.postgres.kinds.column.clause import render_column
from faberdb_providers.postgres.kinds.column.identity import counted_on, identity_away, identity_back
from faberdb_providers.postgres.kinds.column.inherited import bound_by_itself, default_met
from faberdb_providers.postgres.kinds.column.not_null import kept_not_null, not_null_name, not_null_names
from faberdb_providers.postgres.kinds.column.stored import storage_changes
from faberdb_providers.postgres.kinds.column.stored_below import STORED
from faberdb_providers.postgres.kinds.in_the_way import rows_failing_check, rows_where
from faberdb_providers.postgres.kinds.joined_rows import held_against, unasked
from faberdb_providers.postgres.kinds.kept_child import JOINS, left_for, no_inherit, stand_ins
from faberdb_providers.postgres.kinds.lineage import (
    KEYS,
    Objects,
    above,
    alike,
    all_above,
    comes_anew,
    default_above,
    shape,
    shared,
)
from faberdb_providers.postgres.kinds.lossless import lossless, rewritten
from faberdb_providers.postgres.kinds.part_names import called_as_parts, called_as_wanted
from faberdb_providers.postgres.kinds.partition_index import chosen_name
from faberdb_providers.postgres.kinds.referring import left_without
from faberdb_providers.postgres.kinds.trying import Tried, rows_failing
from faberdb_providers.postgres.names import dotted, ident, qualified, resolve


def attach(obj: Object, probe: tuple[str, ...] = (), untold: str = "") -> Statement:
    """ATTACH PARTITION. probe: for rows that are in its way; untold: why it does not find all of them."""
    parent = qualified(resolve(obj.address.path[0], obj.attributes["partition_of"]))
    hazard = Hazard(
        codes.ATTACH,
        "the table is locked while all its rows are checked",
    )
    sql = f"ALTER TABLE {parent} ATTACH PARTITION {qualified(obj.address)} {obj.attributes['bound']}"
    return Statement(sql, Risk.DANGEROUS, (hazard,), probe=probe, untold=untold)


def detach(obj: Object, work: Work) -> Statement:
    """DETACH PARTITION."""
    parent = qualified(resolve(obj.address.path[0], obj.attributes["partition_of"]))
    hazard = Hazard(
        codes.DETACH, "queries on the parent wait for a moment, and no longer find the rows of the partition"
    )
    sql, (probe, untold) = f"ALTER TABLE {parent} DETACH PARTITION {qualified(obj.address)}", left_without(obj, work)
    return Statement(sql, Risk.DANGEROUS, (hazard,), probe=probe, untold=untold)


def leave(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """What takes a table out of those above it that it is a part of no more."""
    old, new = before.attributes, after.attributes
    if new.get("partition_of") and comes_anew(old, new):
        yield from called_as_parts(before, after, work)
        yield from identity_away(before, after, work)
    if old.get("partition_of") and comes_anew(old, new):
        yield detach(before, work)
        if not new.get("partition_of"):
            yield from _stays_behind(before, after, work)
    schema = after.address.path[0]
    gone, added = _inherits_anew(old, new)
    for parent, stand_in in stand_ins(after, gone, schema):
        # What comes from above would become its own in between, and stay so.
        yield from left_for(before, parent, stand_in, work) if added else (no_inherit(after, parent),)
    if gone and not added:
        yield from _checks_left(before, after, work)


def join(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """What makes a table a part of those above it that it was none of."""
    old, new = before.attributes, after.attributes
    if new.get("partition_of") and comes_anew(old, new):
        yield from _filled_up(before, after, work)
        yield from _fits(before, after, work)
        probe = misfits(after, work, held_against(before, after, work))
        yield attach(after, probe, unasked(before, after, work) or misplaced(after, work))
        yield from _follows(before, after, work)
        yield from counted_on(before, after, work)
    elif old.get("partition_of") and not new.get("partition_of"):
        yield from called_as_wanted(before, after, work)
        yield from identity_back(before, after, work)
    schema, name = after.address.path[0], qualified(after.address)
    gone, added = _inherits_anew(old, new)
    if added:
        yield from _fits(before, after, work)
    for parent in added:
        yield Statement(f"ALTER TABLE {name} INHERIT {qualified(resolve(schema, parent))}", Risk.DANGEROUS, (JOINS,))
    for _, stand_in in stand_ins(after, gone if added else (), schema):
        yield Statement(f"ALTER TABLE {name} NO INHERIT {stand_in}", Risk.CAUTION)
        yield Statement(f"DROP TABLE {stand_in}")
    if added:
        yield from default_met(before, after, work)
    if gone and added:
        yield from _checks_left(before, after, work)


def _inherits_anew(old: Attributes, new: Attributes) -> tuple[list[str], list[str]]:
    """The tables that a child leaves, and those it comes to. Their order counts, and whoever comes is the last."""
    had, wanted = old.get("inherits") or [], new.get("inherits") or []
    stay = [p for p in had if p in wanted]
    while stay != wanted[: len(stay)]:
        stay.pop()
    return [p for p in had if p not in stay], wanted[len(stay) :]


def _checks_left(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """Takes from a child the checks that it keeps from the tables above it and is not to have."""
    still = shared(after, work, "check", after=True)
    for name in shared(before, work, "check", after=False):
        if name not in still and work.after(Address("check", (*after.address.path, name))) is None:
            yield Statement(f"ALTER TABLE {qualified(after.address)} DROP CONSTRAINT {ident(name)}", Risk.CAUTION)


def lossy(before: Object, after: Object, live: Objects, target: Objects) -> str:
    """Why a table cannot become, or cease to be, a partition and keep its values: the types of columns differ from
    those above it in a way that its values may not survive."""
    if "partition_of" not in {**before.attributes, **after.attributes}:
        return ""
    had, wanted = _types(before, live), _types(after, target)
    computed = _computed(before, live), _computed(after, target)
    for name in sorted(had.keys() & wanted.keys()) if above(before) != above(after) else ():
        if computed[0].get(name) != computed[1].get(name):
            return f"its column {name} would have to be computed another way, or no more"
    become = dict.fromkeys(sorted(wanted.keys() - had.keys()), "come") if "partition_of" in after.attributes else {}
    for name in sorted(had.keys() & wanted.keys()):
        own = [side.get(Address("column", (*after.address.path, name))) for side in (live, target)]
        if had[name] == wanted[name] or all(o is not None and "type" in o.attributes for o in own):
            continue
        if not lossless(had[name], wanted[name]):
            return f"its column {name} would have to become {wanted[name]}, which may lose values"
        become[name] = f"become {wanted[name]}"
    goes = sorted(had.keys() - wanted.keys())
    if become and goes:
        # The way back from there makes it anew, and has the values of such a column beside it only.
        name, how = next(iter(become.items()))
        return f"its column {name} would {how} while {goes[0]} goes"
    return ""


def _types(table: Object, objects: Objects) -> dict[str, str]:
    return {o.address.path[-1]: str(o.attributes["type"]) for o in _columns(table, objects)}


def _computed(table: Object, objects: Objects) -> dict[str, tuple[str, bool]]:
    columns = (o for o in _columns(table, objects) if "generated" in o.attributes)
    return {o.address.path[-1]: (str(o.attributes["generated"]), bool(o.attributes.get("virtual"))) for o in columns}


def _columns(table: Object, objects: Objects) -> Iterator[Object]:
    homes = {o.address for o in (table, *all_above(table, objects.get))}
    for obj in objects.values():
        if obj.parent in homes and obj.address.kind == "column" and "type" in obj.attributes:
            yield obj


def _filled_up(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """Gives a table the columns that it lacks to be a partition, and the types that they have above it."""
    table, had = qualified(after.address), shared(before, work, "column", after=False)
    names = not_null_names(after, work, after=True)
    stayed = {o.address for o in all_above(before, work.before)}
    for name, column in shared(after, work, "column", after=True).items():
        if column.parent in stayed:
            continue  # it has come, or changed, while the table was still there
        mine = work.before(Address("column", (*after.address.path, name)))
        there = mine if mine is not None and "type" in mine.attributes else had.get(name)
        if there is not None:
            yield from _retyped(table, there, column, mine, work)
            continue
        # An identity comes from above when it is attached.
        told = {k: v for k, v in column.attributes.items() if k not in ("identity", "not_null_name")}
        if work.version >= 18 and name in names:
            told["not_null_name"] = names[name]
        default = default_above(after, name, work, after=True)
        text = str(default.attributes["expression"]) if default else None
        new = Object(Address("column", (*after.address.path, name)), told)
        filled = bool(told.get("null") or text or "generated" in told)
        hazard = Hazard(codes.REQUIRED_COLUMN, "fails if the table has rows, which have no value for it", in_use=True)
        risk, hazards = (Risk.CAUTION, ()) if filled else (Risk.DANGEROUS, (hazard,))
        probe = () if filled else rows_where(after.address, "", work)
        if "generated" in told and not told.get("virtual"):
            value = Tried(str(told["generated"]), column, required=not told.get("null"))
            probe = rows_failing(after.address, [value], work)
        elif told.get("virtual") and not told.get("null"):
            probe = rows_where(after.address, f"({told['generated']}) is null", work)
        sql = f"ALTER TABLE {table} ADD COLUMN {render_column(new, text, work.version)}"
        yield Statement(sql, risk, hazards, probe=probe)


def _retyped(table: str, old: Object, new: Object, live: Object | None, work: Work) -> Iterator[Statement]:
    """ALTER COLUMN TYPE from the type of one column to that of another, in which every value survives. It sets back how
    they are stored. live: what the column itself says of that now, which comes again where it stays."""
    was, type_, collation = old.attributes["type"], new.attributes["type"], new.attributes.get("collation")
    if was == type_ and old.attributes.get("collation") == collation:
        return
    hazard = Hazard(codes.REWRITE, "the table is rewritten while it is locked", in_use=True)
    words = f"TYPE {type_}{f' COLLATE {collation}' if collation else ''}"
    risk, hazards = (Risk.DANGEROUS, (hazard,)) if rewritten(was, type_) else (Risk.CAUTION, ())
    alter = f"ALTER TABLE {table} ALTER COLUMN {ident(new.address.path[-1])}"
    yield Statement(f"{alter} {words}", risk, hazards)
    wanted = work.after(live.address) if live is not None else None
    if live is not None and wanted is not None:
        stays = {k: v for k, v in live.attributes.items() if k in STORED and wanted.attributes.get(k) == v}
        yield from storage_changes({}, {**stays, "type": type_}, alter, work.version)


def _fits(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """What a table must have before it can become a part of another."""
    table = qualified(after.address)
    names = not_null_names(after, work, after=True)
    now = not_null_names(before, work, after=False)
    for name, column in shared(after, work, "column", after=True).items():
        mine = work.before(Address("column", (*after.address.path, name)))
        if column.attributes.get("null") and mine is not None and not {"null", "inherited"} & mine.attributes.keys():
            wanted = work.after(mine.address)
            if wanted is None or ("inherited" in wanted.attributes and "not_null" not in wanted.attributes):
                yield Statement(f"ALTER TABLE {table} ALTER COLUMN {ident(name)} DROP NOT NULL", Risk.CAUTION)
        if column.attributes.get("null") and mine is not None and "type" in mine.attributes:
            yield from _says_so_itself(mine, work)
        if column.attributes.get("null") or (mine is None and name not in now):
            continue
        if mine is not None and mine.attributes.get("null"):
            what = f"ADD CONSTRAINT {ident(names[name])} NOT NULL {ident(name)}"
            what = what if work.version >= 18 else f"ALTER COLUMN {ident(name)} SET NOT NULL"
            hazard = Hazard(
                codes.SET_NOT_NULL, "the table is scanned while it is locked, and a row without a value stops it"
            )
            probe = rows_where(after.address, f"t.{ident(name)} is not distinct from null", work)
            yield Statement(f"ALTER TABLE {table} {what}", Risk.DANGEROUS, (hazard,), probe=probe)
        elif work.version >= 18 and now[name] != names[name] and not _stays_below(before, after):
            yield Statement(f"ALTER TABLE {table} RENAME CONSTRAINT {ident(now[name])} TO {ident(names[name])}")
    had = shared(before, work, "check", after=False)
    for name, check in shared(after, work, "check", after=True).items():
        mine = work.before(Address("check", (*after.address.path, name)))
        if mine is None and name not in had:
            unenforced = " NOT ENFORCED" if check.attributes.get("not_enforced") else ""
            hazard = Hazard(codes.ADD_CONSTRAINT, "the table is locked while all rows are checked", in_use=True)
            sql = (
                f"ALTER TABLE {table} ADD CONSTRAINT {ident(name)} CHECK ({check.attributes['expression']}){unenforced}"
            )
            probe = () if unenforced else rows_failing_check(after.address, check, work)
            yield Statement(sql, Risk.DANGEROUS, (hazard,), probe=probe)


def _says_so_itself(before: Object, work: Work) -> Iterator[Statement]:
    """NOT NULL of a column that is to come from a table where it may be null."""
    after = work.after(before.address)
    if after is None or not {"inherited", "not_null"} <= after.attributes.keys():
        return
    if before.attributes.get("null"):
        yield from bound_by_itself(after, work)
        return
    if work.version >= 18 and not_null_name(before) != not_null_name(after):
        names = ident(not_null_name(before)), ident(not_null_name(after))
        yield Statement(f"ALTER TABLE {dotted(*before.address.path[:-1])} RENAME CONSTRAINT {names[0]} TO {names[1]}")
    yield from kept_not_null(before.attributes, after, work)


def _stays_below(before: Object, after: Object) -> bool:
    """Whether a table is a child of others all the time, so that what it inherits has a name of no account."""
    return bool(before.attributes.get("inherits") and after.attributes.get("inherits"))


def _follows(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """What a table that has become a part of another takes over that it need not have had."""
    table = qualified(after.address)
    had = shared(before, work, "column", after=False)
    for name, column in shared(after, work, "column", after=True).items():
        mine = Address("column", (*after.address.path, name))
        wanted, live = work.after(mine), work.before(mine)
        if live is not None and wanted is None and "type" in live.attributes:
            typed = column.attributes["type"] != live.attributes["type"]
            stays = {k: v for k, v in live.attributes.items() if not (typed and k in STORED)}
            has = {k: v for k, v in column.attributes.items() if k in (*STORED, "type")}
            yield from storage_changes(stays, has, f"ALTER TABLE {table} ALTER COLUMN {ident(name)}", work.version)
        if live is not None and wanted is not None and "type" in live.attributes and "inherited" in wanted.attributes:
            # What it says of its own changes with the column itself.
            said = {*live.attributes, *wanted.attributes}
            has = {k: v for k, v in column.attributes.items() if k in STORED and k not in said}
            yield from storage_changes({}, has, f"ALTER TABLE {table} ALTER COLUMN {ident(name)}", work.version)
        if live is None or name in had or work.before(mine._replace(kind="default")) is not None:
            continue
        default = default_above(after, name, work, after=True)
        if default is not None and not (wanted and wanted.attributes.get("no_default")):
            sql = f"ALTER TABLE {table} ALTER COLUMN {ident(name)} SET DEFAULT {default.attributes['expression']}"
            yield Statement(sql)


def _stays_behind(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """What a table keeps from the table it was a part of is taken away where it is not wanted."""
    table = qualified(after.address)
    alter = f"ALTER TABLE {table}"
    names = not_null_names(before, work, after=False)
    for name, column in shared(before, work, "column", after=False).items():
        mine = work.after(Address("column", (*after.address.path, name)))
        if mine is None:
            continue
        live = work.before(mine.address)
        from_above = live is None or "inherited" in live.attributes
        if from_above and "type" in mine.attributes:
            yield from _retyped(table, column, mine, live, work)
        own = live is not None and "not_null" in live.attributes
        if own or not column.attributes.get("null"):
            had, wanted = not_null_name(live) if live is not None and own else names[name], not_null_name(mine)
            if mine.attributes.get("null"):
                yield Statement(f"{alter} ALTER COLUMN {ident(name)} DROP NOT NULL", Risk.CAUTION)
            elif work.version >= 18 and had != wanted:
                yield Statement(f"{alter} RENAME CONSTRAINT {ident(had)} TO {ident(wanted)}")
            if live is not None and own and not mine.attributes.get("null"):
                yield from kept_not_null(live.attributes, mine, work)
        default = Address("default", mine.address.path)
        if (
            default_above(before, name, work, after=False)
            and work.before(default) is None
            and work.after(default) is None
        ):
            yield Statement(f"{alter} ALTER COLUMN {ident(name)} DROP DEFAULT")
        typed = column.attributes["type"] != mine.attributes.get("type")
        if "type" in mine.attributes and live is None:
            stays = {} if typed else {k: v for k, v in column.attributes.items() if k in STORED}
            yield from storage_changes(stays, mine.attributes, f"{alter} ALTER COLUMN {ident(name)}", work.version)
        elif "type" in mine.attributes and live is not None and from_above and not typed:
            # What it says of its own changes with the column itself.
            said = {*live.attributes, *mine.attributes}
            stays = {k: v for k, v in column.attributes.items() if k in STORED and k not in said}
            usual = {"type": mine.attributes["type"]}
            yield from storage_changes(stays, usual, f"{alter} ALTER COLUMN {ident(name)}", work.version)
    for name in shared(before, work, "check", after=False):
        if work.after(Address("check", (*after.address.path, name))) is None:
            yield Statement(f"{alter} DROP CONSTRAINT {ident(name)}", Risk.CAUTION)
    fresh = [
        o
        for o in work.children(after.address, after=True)
        if o.address.kind == "foreign_key" and work.before(o.address) is None
    ]
    for name, whole in shared(before, work, "foreign_key", after=False).items():
        if not any(alike(mine, whole) for mine in fresh):
            yield Statement(f"{alter} DROP CONSTRAINT {ident(name)}", Risk.CAUTION)
    for kind in (*KEYS, "index"):
        kept = [shape(o) for o in work.children(after.address, after=True) if o.address.kind == kind]
        mine_too = [
            shape(o)
            for o in work.children(after.address, after=False)
            if o.address.kind == kind and ("attached_to" not in o.attributes or work.after(o.address) is not None)
        ]
        for key in shared(before, work, kind, after=False).values():
            if shape(key) not in (*kept, *mine_too):
                name = chosen_name(after.address.path[-1], key)
                what = f"DROP INDEX {dotted(after.address.path[0], name)}"
                yield Statement(what if kind == "index" else f"{alter} DROP CONSTRAINT {ident(name)}", Risk.CAUTION)
