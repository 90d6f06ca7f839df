"""A column that changes where it stands: what lets go first, then its values, then what takes hold of them."""

from __future__ import annotations

from collections.abc import Iterator

from faberdb.model import Hazard, Object, Risk, Statement, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.column.clause import no_value_given
from faberdb_providers.postgres.kinds.column.expression import set_expression
from faberdb_providers.postgres.kinds.column.identity import (
    bare_identity,
    identity_changes,
    identity_sequence,
    persistence_change,
    position_of_identity,
)
from faberdb_providers.postgres.kinds.column.inherited import let_go_below, own_changes
from faberdb_providers.postgres.kinds.column.not_null import (
    binds_below,
    in_the_way_of_type,
    let_go,
    loosened,
    made_not_null,
    name_changes,
    named_not_null,
    not_null_changes,
    own_not_null,
    without_not_null,
)
from faberdb_providers.postgres.kinds.column.stored import storage_changes
from faberdb_providers.postgres.kinds.column.stored_below import STORED, stored_below
from faberdb_providers.postgres.kinds.column.type_change import change_type, converted, unidentified
from faberdb_providers.postgres.kinds.lossless import filled
from faberdb_providers.postgres.kinds.online.filling import after_that, in_parts, is_filled_in_parts
from faberdb_providers.postgres.kinds.position import keep_position
from faberdb_providers.postgres.kinds.storage import toast_options
from faberdb_providers.postgres.kinds.undisturbed import fires, reaching
from faberdb_providers.postgres.kinds.values import checked_at_once, fill, restore, save
from faberdb_providers.postgres.names import dotted, ident


def alter_column(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """The statements that lead from one form of a column to another. before: with its type as it is called by then."""
    old, new = before.attributes, after.attributes
    if "inherited" in old or "inherited" in new:
        yield from own_changes(old, new, after, work)
        return
    yield from _let_go(before, after, work)
    yield from _values(before, after, work)
    yield from _take_hold(before, after, work)
    set_back = STORED if converted(before, after) else ()  # by another type, to what is usual there
    now = {key: value for key, value in old.items() if key not in set_back}
    yield from storage_changes(now, new, _alter(after), work.version)
    changed = STORED if set_back else [key for key in STORED if old.get(key) != new.get(key)]
    yield from stored_below(after.address, changed, work, set_back=bool(set_back))


_NULLS = Hazard(codes.NULLS_ALLOWED, "whoever reads it may meet NULL from the moment this commits")


def _alter(column: Object) -> str:
    return f"ALTER TABLE {dotted(*column.address.path[:-1])} ALTER COLUMN {ident(column.address.path[-1])}"


def _let_go(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """Keeps what would be lost, and takes off what values that come could not meet."""
    old, new, kept = before.attributes, after.attributes, work.keep(after.address)
    if kept and kept.form == "values" and not converted(before, after):
        yield from save(before, kept, work)
    if kept and kept.detail.get("position"):
        yield from keep_position(identity_sequence(before), kept)
    if old.get("null") != new.get("null") and new.get("null") and "identity" not in old:
        yield Statement(f"{_alter(after)} DROP NOT NULL", Risk.CAUTION, (_NULLS,))
    if "identity" in old and "identity" not in new:
        for statement in identity_changes(before, after):
            yield statement._replace(hazards=no_value_given(after, work))
        if new.get("null"):
            yield Statement(f"{_alter(after)} DROP NOT NULL", Risk.CAUTION)
    if "generated" in old and "generated" not in new:
        yield Statement(f"{_alter(after)} DROP EXPRESSION", Risk.CAUTION)
    elif old.get("generated") != new.get("generated"):
        yield from set_expression(before, after, work)
    if loosened(before, after):
        yield let_go(before)
    elif _freed_below(before, after):
        yield from name_changes(old, after)
        yield from not_null_changes(old, after, work)
        yield from let_go_below(after, work)


def _freed_below(before: Object, after: Object) -> bool:
    """Whether child tables may have no value from now on, so that values that come back may be none there."""
    stays = own_not_null(before.attributes) and own_not_null(after.attributes)
    return stays and binds_below(before) and not binds_below(after)


def _values(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """Another type, values that come back, and those for rows that have none."""
    kept, back = work.keep(after.address), work.kept(after.address)
    if converted(before, after):
        yield from without_not_null(in_the_way_of_type(before, work), work, change_type(before, after, work))
        yield from toast_options(after, work)
    elif back and back.form == "values":
        yield from restore(unidentified(before, after), back, work)
    if not filled(before, after):
        return
    if kept and kept.form == "values":
        yield from fill(after, kept, work)
    elif is_filled_in_parts(after, work):
        yield in_parts(after, str(after.hints["backfill"]), work)
    else:
        whole, name = after.address.path[:-1], ident(after.address.path[-1])
        sql = f"UPDATE {dotted(*whole)} SET {name} = {after.hints['backfill']} WHERE {name} IS NULL"
        yield from checked_at_once(whole, work)
        yield Statement(reaching(whole, sql, work), Risk.DANGEROUS, fires(whole, work))


def _take_hold(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """NOT NULL and identity."""
    old, new = before.attributes, after.attributes
    if old.get("null") != new.get("null") and not new.get("null"):
        if not new.get("not_null_inherited"):
            later = filled(before, after) and not work.keep(after.address) and is_filled_in_parts(after, work)
            made = made_not_null(after, work)
            yield from after_that(made) if later else made
    elif loosened(before, after):
        yield named_not_null(after)
    elif own_not_null(old) and own_not_null(new) and not _freed_below(before, after):
        yield from name_changes(old, after)
        yield from not_null_changes(old, after, work)
    if "identity" in new and old.get("identity") != new["identity"]:
        yield from identity_changes(before, after)
        if "identity" in old:
            yield from persistence_change(before, after, work)
        else:
            yield from bare_identity(after, work)
    if "identity" in new:
        yield from position_of_identity(after, work, new="identity" not in old)
