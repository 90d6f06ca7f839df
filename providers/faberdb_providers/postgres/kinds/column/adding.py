"""A new column of a table that is there: with what the server fills it with, or with values that come afterwards."""

from __future__ import annotations

from collections.abc import Iterator

from faberdb.model import Address, Hazard, Object, Risk, Statement, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.column.clause import beyond, filled_by_default, render_column
from faberdb_providers.postgres.kinds.column.identity import bare_identity, identity_changes, position_of_identity
from faberdb_providers.postgres.kinds.column.inherited import own_changes
from faberdb_providers.postgres.kinds.column.not_null import made_not_null, set_not_null
from faberdb_providers.postgres.kinds.column.stored import storage_again
from faberdb_providers.postgres.kinds.in_the_way import rows_where
from faberdb_providers.postgres.kinds.online.filling import after_that, differs_by_row, in_parts, is_filled_in_parts
from faberdb_providers.postgres.kinds.online.keeping import given_back_in_parts, is_given_back_beside, never_kept
from faberdb_providers.postgres.kinds.storage import toast_options
from faberdb_providers.postgres.kinds.trying import Tried, rows_failing
from faberdb_providers.postgres.kinds.undisturbed import fires, reaching
from faberdb_providers.postgres.kinds.values import checked_at_once, restore
from faberdb_providers.postgres.names import dotted, ident, qualified

_EMPTY = Hazard(codes.REQUIRED_COLUMN, "fails if the table has rows, which have no value for it", in_use=True)
_REWRITTEN = "the table is rewritten while it is locked"
_REWRITE = Hazard(codes.REWRITE, _REWRITTEN, in_use=True)
_NUMBERED = Hazard(codes.NUMBERED_COLUMN, f"{_REWRITTEN}: each row gets a number", in_use=True)
_COMPUTED = Hazard(codes.STORED_EXPRESSION, f"{_REWRITTEN}: its value is computed for each row", in_use=True)
_OF_A_DOMAIN = Hazard(codes.COLUMN_OF_A_DOMAIN, f"{_REWRITTEN}: the domain is checked for each row", in_use=True)
_VOLATILE = Hazard(codes.VOLATILE_DEFAULT, f"{_REWRITTEN}: its default is another for each row", in_use=True)
_LATE = {"null", "identity", "not_null_name", "not_null_no_inherit", "not_null_not_valid"}
"""What a column that is filled afterwards gets only then."""


def add_column(obj: Object, default: str | None, work: Work) -> Iterator[Statement]:
    """The statements that give a table a column, or an inherited column what is different about it. default: the
    expression of a default that can be written along with it."""
    if "inherited" in obj.attributes:
        yield from own_changes({}, obj.attributes, obj, work)
        if default is not None:
            yield _default(obj, default)
    elif (value := _in_parts_of(obj, default, work)) is not None:
        yield from _filled_in_parts(obj, value, default, work)
    elif is_given_back_beside(obj, work) and not _without_domain(obj, work):
        required = not obj.attributes.get("null")
        # Asked before anything is committed: at the end, where NOT NULL is proven, it would be too late to stop.
        first, *more = _bare_for_parts(obj, default, work)
        yield first._replace(probe=never_kept(obj, work)) if required else first
        yield from more
        yield from given_back_in_parts(obj, work)
        if required:
            yield from after_that(made_not_null(obj, work))
    elif "generated" in obj.attributes or not (work.kept(obj.address) or obj.hints.get("backfill")):
        yield from _at_once(obj, default, work)
    else:
        yield from _then_filled(obj, default, work)


def _in_parts_of(obj: Object, default: str | None, work: Work) -> str | None:
    """What rows of a table in use are to have in a new column, where they get it in parts."""
    if "generated" in obj.attributes or work.kept(obj.address) or _without_domain(obj, work):
        return None
    own = work.after(Address("default", obj.address.path))
    backfill = obj.hints.get("backfill")
    differs = default is not None and own is not None and differs_by_row(own, work)
    if not (backfill or differs) or not is_filled_in_parts(obj, work):
        return None
    return str(backfill) if backfill else "DEFAULT"


def _bare_for_parts(obj: Object, default: str | None, work: Work) -> Iterator[Statement]:
    """The column without the values of rows that are there, and without what can only hold once these have one."""
    plain = Object(obj.address, {**{k: v for k, v in obj.attributes.items() if k not in _LATE}, "null": True})
    table = dotted(*obj.address.path[:-1])
    yield Statement(f"ALTER TABLE {table} ADD COLUMN {render_column(plain, None, work.version)}")
    if default is not None:
        yield _default(obj, default)
    yield from beyond(plain, work.version)
    yield from toast_options(obj, work)


def _filled_in_parts(obj: Object, value: str, default: str | None, work: Work) -> Iterator[Statement]:
    yield from _bare_for_parts(obj, default, work)
    tried = [Tried(value, obj)] if value != "DEFAULT" else []
    probe = rows_failing(Address("table", obj.address.path[:-1]), tried, work) if tried else ()
    yield in_parts(obj, value, work, probe)
    if not obj.attributes.get("null"):
        yield from after_that(made_not_null(obj, work))


def _default(obj: Object, expression: str) -> Statement:
    table, name = dotted(*obj.address.path[:-1]), ident(obj.address.path[-1])
    return Statement(f"ALTER TABLE {table} ALTER COLUMN {name} SET DEFAULT {expression}")


def _at_once(obj: Object, default: str | None, work: Work) -> Iterator[Statement]:
    home, foreign = Address("table", obj.address.path[:-1]), obj.parent is not None and _is_foreign(obj.parent)
    risk, hazards = Risk.SAFE, tuple[Hazard, ...]()
    computed = "generated" in obj.attributes and not obj.attributes.get("virtual")
    made, given = obj, default is not None or {"identity", "generated"} & obj.attributes.keys()
    if "identity" in obj.attributes or (computed and not foreign):
        risk, hazards = Risk.DANGEROUS, (_NUMBERED if "identity" in obj.attributes else _COMPUTED,)
    elif not obj.attributes.get("null") and not given and not foreign:
        risk, hazards = Risk.DANGEROUS, (_EMPTY,)
    if default is None and filled_by_default(obj, work):
        made, risk, hazards = Object(obj.address, {**obj.attributes, "null": True}), Risk.SAFE, ()
    elif not hazards and _without_domain(obj, work):
        risk, hazards = Risk.DANGEROUS, (_OF_A_DOMAIN,)
    elif not hazards and default is not None:
        risk, hazards = Risk.DANGEROUS, (_VOLATILE,)
    # That there are rows says only of one without a value that it cannot be added.
    probe, hindsight = rows_where(home, "", work) if risk else (), hazards != (_EMPTY,)
    if computed and not foreign:
        value = Tried(str(obj.attributes["generated"]), obj, required=not made.attributes.get("null"))
        probe, hindsight = rows_failing(home, [value], work), False
    elif obj.attributes.get("virtual") and not (foreign or obj.attributes.get("null")):
        probe, hindsight = rows_where(home, f"({obj.attributes['generated']}) is null", work), False
    clause = render_column(made, default, work.version)
    sql = f"ALTER TABLE {dotted(*home.path)} ADD COLUMN {clause}"
    yield Statement(sql, risk, hazards, probe=probe, hindsight=hindsight)
    yield from beyond(obj, work.version)
    yield from toast_options(obj, work)
    yield from bare_identity(obj, work)


def _is_foreign(table: Address) -> bool:
    return table.kind == "foreign_table"


def _but_collation(obj: Object) -> dict[str, object]:
    return {key: value for key, value in obj.attributes.items() if key not in ("collation", "storage", "compression")}


def _without_domain(obj: Object, work: Work) -> str:
    """What a domain with a default or constraints is made of: the server would fill a new column with that default, or
    refuse that it has no value, before it can be filled. Empty for any other type."""
    type_, constrained, domain = str(obj.attributes["type"]), False, _domain(obj, str(obj.attributes["type"]), work)
    while domain is not None:
        checks = any(part.address.kind == "domain_constraint" for part in work.children(domain.address, after=True))
        constrained |= checks or bool({"default", "not_null"} & domain.attributes.keys())
        type_ = str(domain.attributes["type"])
        domain = _domain(domain, type_, work)
    return type_ if constrained else ""


def _domain(obj: Object, type_: str, work: Work) -> Object | None:
    found = (r for r in obj.references if r.kind == "domain" and qualified(r) == type_)
    return next((domain for r in found if (domain := work.after(r)) is not None), None)


def _then_filled(obj: Object, default: str | None, work: Work) -> Iterator[Statement]:
    whole, name, kept = obj.address.path[:-1], ident(obj.address.path[-1]), work.kept(obj.address)
    plain = Object(obj.address, {**{k: v for k, v in obj.attributes.items() if k not in _LATE}, "null": True})
    bare = _without_domain(obj, work)
    first = Object(obj.address, {**_but_collation(plain), "type": bare}) if bare else plain
    yield Statement(f"ALTER TABLE {dotted(*whole)} ADD COLUMN {render_column(first, None, work.version)}")
    if not bare:
        yield from beyond(plain, work.version)
        yield from toast_options(obj, work)
    if kept:
        yield from restore(plain, kept, work)
    else:
        backfill = obj.hints["backfill"]
        update = reaching(whole, f"UPDATE {dotted(*whole)} SET {name} = {backfill}", work)
        probe = rows_failing(Address("table", whole), [Tried(str(backfill), obj)], work)
        yield from checked_at_once(whole, work)
        yield Statement(update, Risk.DANGEROUS, fires(whole, work), probe=probe)
    if bare:
        collated = f" COLLATE {obj.attributes['collation']}" if "collation" in obj.attributes else ""
        sql = f"ALTER TABLE {dotted(*whole)} ALTER COLUMN {name} TYPE {obj.attributes['type']}{collated}"
        yield Statement(sql, Risk.DANGEROUS, (_REWRITE,))
        yield from storage_again(obj, work)
        yield from beyond(plain, work.version)
        yield from toast_options(obj, work)
    if default is not None:
        yield _default(obj, default)
    if not obj.attributes.get("null"):
        yield set_not_null(obj, work)
    if "identity" in obj.attributes:
        yield from identity_changes(Object(obj.address, {"type": obj.attributes["type"]}), obj)
        yield from bare_identity(obj, work)
        yield from position_of_identity(obj, work, new=True)
