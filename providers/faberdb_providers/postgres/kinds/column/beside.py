"""A column of a table in use takes another type that the server would write all rows for: a second column is kept like
it by a trigger, gets the values of the rows that are there in parts, the indexes of the first beside, and then its
place, all in one moment. So the table is locked for a moment only. What it does not cover is changed at once."""

from __future__ import annotations

from collections.abc import Iterator

from faberdb.model import Address, Hazard, Object, Risk, Statement, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.column.beside_around import (
    around,
    built_beside,
    columns_of,
    let_go,
    moves_along,
    taken_on,
)
from faberdb_providers.postgres.kinds.column.beside_values import Becoming, becoming, may_become
from faberdb_providers.postgres.kinds.column.clause import beyond, render_column
from faberdb_providers.postgres.kinds.column.type_change import PLANS
from faberdb_providers.postgres.kinds.online.filling import in_ranges, may_be_filled_in_parts
from faberdb_providers.postgres.kinds.online.following import Following
from faberdb_providers.postgres.kinds.online.index import NEW
from faberdb_providers.postgres.kinds.online.keeping import left_over
from faberdb_providers.postgres.kinds.online.not_null import proven
from faberdb_providers.postgres.kinds.undisturbed import published, triggers_of
from faberdb_providers.postgres.names import dotted, ident, marked

_SPECIAL = {"generated", "inherited", "not_null_no_inherit", "not_null_not_valid"}
_BESIDE = Hazard(
    codes.RETYPED_BESIDE, "each write to the table writes the value twice until the plan has ended", in_use=True
)


def is_retyped_beside(before: Object | None, after: Object | None, work: Work) -> bool:
    """Whether a column takes its new type beside reads and writes: only the type is another, the table has no triggers
    of the user's and nobody is sent its rows, and all that hangs on the column can be made again on the second one."""
    if before is None or after is None or after.parent is None or not work.online(after.parent):
        return False
    old, new = dict(before.attributes), dict(after.attributes)
    del old["type"], new["type"]
    if old != new or _SPECIAL & old.keys() or not may_become(before, after, work):
        return False
    if not may_be_filled_in_parts(after.parent, work) or triggers_of(after.parent.path, work):
        return False  # a trigger of theirs can change the value after ours has copied it
    ends = [(end, side(after.parent)) for end, side in ((False, work.before), (True, work.after))]
    if any(table is None or _watched_elsewhere(table, work, after=end) for end, table in ends):
        return False
    if any(side(_shadow(after).address) is not None for side in (work.before, work.after)):
        return False
    return all(moves_along(other, after, work) for end in (False, True) for other in around(after, work, after=end))


def is_carried_along(held: Object, work: Work) -> bool:
    """Whether a check or a foreign key is taken off and put on again in the moment in which a column of it, on either
    side, gets its new type, so that it holds all the while and only rows are still to be looked at."""
    ends = ((work.before(a), work.after(a)) for a in columns_of(held))
    return any(is_retyped_beside(before, after, work) for before, after in ends)


def retyped_beside(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """The statements, the last of which give it its place."""
    shadow = _shadow(after)
    place, name, second = after.address.path[:-1], ident(after.address.path[-1]), ident(shadow.address.path[-1])
    table, alter = dotted(*place), f"ALTER TABLE {dotted(*place)}"
    plain = {k: v for k, v in shadow.attributes.items() if k != "identity"}
    bare = shadow._replace(attributes={**plain, "null": True})
    becomes, kept, back = becoming(before, after, work), work.keep(after.address), work.kept(after.address)
    following = Following(before, kept, second, after) if kept is not None else None
    # Asked before anything is committed: when the rows are written it would be too late to stop.
    added = f"{alter} ADD COLUMN {render_column(bare, None, work.version)}"
    yield Statement(added, Risk.CAUTION, (_BESIDE,), probe=becomes.probe)
    yield from beyond(bare, work.version)
    function = dotted(place[0], marked("_".join(after.address.path[1:]), NEW))
    trigger = ident(marked(f"~{after.address.path[-1]}", NEW))
    yield Statement(
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql{becomes.clauses} AS $faberdb$ BEGIN\n"
        f"    NEW.{second} := {becomes.new}; RETURN NEW; END $faberdb$"
    )
    if becomes.clauses:
        yield Statement(f"REVOKE ALL ON FUNCTION {function}() FROM PUBLIC")
    yield Statement(
        f"CREATE TRIGGER {trigger} BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()",
        Risk.CAUTION,
        becomes.early,
    )
    # Also for those who write with session_replication_role = replica, as who applies changes from elsewhere does.
    yield Statement(f"{alter} ENABLE ALWAYS TRIGGER {trigger}", Risk.CAUTION)
    yield from following.begun(work) if following is not None else ()
    yield _filled(after, second, becomes, work)
    if following is not None:
        yield following.copied(work)
        yield following.cleared
    yield from built_beside(after, second, work)
    required = not after.attributes.get("null")
    proof = marked("_".join(shadow.address.path[-2:]), "_nn")
    if required:
        for statement in proven(shadow, proof, (), work):
            yield statement._replace(afterwards=True)
    yield from left_over(after, back) if back is not None else ()
    swap = [*let_go(after, shadow, work), f"DROP TRIGGER {trigger} ON {table}", f"DROP FUNCTION {function}()"]
    swap += following.ended() if following is not None else []
    swap += [f"{alter} DROP COLUMN {name}", f"{alter} RENAME COLUMN {second} TO {name}"]
    if required and work.version >= 18:
        usual = after.attributes.get("not_null_name") or f"{place[-1]}_{after.address.path[-1]}_not_null"
        swap.append(f"{alter} RENAME CONSTRAINT {ident(proof)} TO {ident(str(usual))}")
    swap += taken_on(after, work)
    for number, sql in enumerate(swap):
        hazards = (PLANS,) if number == 0 else ()
        yield Statement(sql, Risk.CAUTION, hazards, afterwards=True, joined=number > 0)


def _filled(column: Object, second: str, becomes: Becoming, work: Work) -> Statement:
    """Gives the second column its values in the rows that are there."""
    condition = f"{second} IS NULL AND {becomes.condition}"
    filled = in_ranges(column, f"{second} = {becomes.value}", condition, work, becomes.probe)
    more = tuple(hazard for hazard in becomes.hazards if hazard != PLANS)
    risk = max(filled.risk, becomes.risk)
    return filled._replace(risk=risk, hazards=(*filled.hazards, *more), hindsight=True)


def _watched_elsewhere(table: Object, work: Work, *, after: bool) -> bool:
    """Whether somebody is sent its rows, who has no second column; or they are known by an index that may be over the
    first."""
    return published(table, work, after=after) or str(table.attributes.get("replica_identity", "")).startswith("index ")


def _shadow(column: Object) -> Object:
    name = marked(column.address.path[-1], NEW)
    return column._replace(address=Address("column", (*column.address.path[:-1], name)))
