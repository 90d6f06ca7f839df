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
    made_again,
    moves_along,
    taken_on,
)
from faberdb_providers.postgres.kinds.column.beside_values import Becoming, becoming, may_become
from faberdb_providers.postgres.kinds.column.clause import beyond, render_column
from faberdb_providers.postgres.kinds.column.type_change import PLANS
from faberdb_providers.postgres.kinds.online.filling import in_ranges, may_be_filled_in_parts
from faberdb_providers.postgres.kinds.online.following import Following, stays
from faberdb_providers.postgres.kinds.online.index import NEW
from faberdb_providers.postgres.kinds.online.keeping import left_over
from faberdb_providers.postgres.kinds.online.not_null import proven
from faberdb_providers.postgres.kinds.undisturbed import published, triggers_of
from faberdb_providers.postgres.names import dotted, ident, marked, qualified

_SPECIAL = {"generated", "inherited", "not_null_no_inherit", "not_null_not_valid"}
_MADE_OF = ("column", "attribute", "domain", "range_type", "composite_type", "table", "foreign_table")
_BESIDE = Hazard(
    codes.RETYPED_BESIDE, "each write to the table writes the value twice until the plan has ended", in_use=True
)


def is_retyped_beside(before: Object | None, after: Object | None, work: Work) -> bool:
    """Whether a column takes its new type beside reads and writes: only the type is another, the table has no triggers
    of the user's and nobody is sent its rows, and all that hangs on the column can be made again on the second one."""
    if before is None or after is None or after.parent is None or not work.online(after.parent):
        return False
    if before.attributes.get("type") == after.attributes.get("type"):
        return any(is_made_anew_beside(a, work) and is_second_of(a, before, work) for a in after.references)
    return may_become(before, after, work) and _may_have_second(before, after, work)


def is_made_anew_beside(enum: Address, work: Work) -> bool:
    """Whether an enum that loses values, or has them in another order, is made anew beside the one that is there, for
    columns that get a second one of it. What else is made of it would have to follow at once."""
    before, after = (work.before(enum), work.after(enum)) if enum.kind == "enum" else (None, None)
    if before is None or after is None or work.kept(enum) is not None or work.keep(enum) is not None:
        return False
    old, new = before.attributes["values"], after.attributes["values"]
    if [value for value in new if value in set(old)] == old:
        return False  # others are only added
    made_of_it = (o for end in (False, True) for o in work.referrers(enum, after=end) if o.address.kind in _MADE_OF)
    return all(o.address.kind == "column" for o in made_of_it)


def is_second_of(enum: Address, column: Object, work: Work) -> bool:
    """Whether a column of such an enum gets its values by a second one."""
    after, name = work.after(column.address), qualified(enum)
    if after is None or after.parent is None or not work.online(after.parent):
        return False
    plain = column.attributes == after.attributes and column.attributes["type"] in (name, f"{name}[]")
    return plain and "using" not in after.hints and _may_have_second(column, after, work, of=enum)


def _may_have_second(before: Object, after: Object, work: Work, of: Address | None = None) -> bool:
    """Whether a second column can follow this one and take its place. of: the type that is made anew meanwhile."""
    old, new = ({k: v for k, v in o.attributes.items() if k != "type"} for o in (before, after))
    if old != new or _SPECIAL & old.keys() or after.parent is None:
        return False
    if not may_be_filled_in_parts(after.parent, work) or triggers_of(after.parent.path, work):
        return False  # a trigger of theirs can change the value after ours has copied it
    ends = [(end, side(after.parent)) for end, side in ((False, work.before), (True, work.after))]
    if any(table is None or _watched_elsewhere(table, work, after=end) for end, table in ends):
        return False
    if any(side(_shadow(after).address) is not None for side in (work.before, work.after)):
        return False
    if of is not None and any(o.address.kind == "foreign_key" for o in around(after, work, after=True)):
        return False  # between the type that is there and the new one it cannot hold
    staying = _staying(after, work)
    ready = of is not None or not staying or _is_ready(before, after, work)
    return ready and all(made_again(o, after, work) for o in staying)


def _staying(column: Object, work: Work) -> list[Object]:
    """What stands on the column and cannot be made on the second one before it has the name."""
    return [o for end in (False, True) for o in around(column, work, after=end) if not moves_along(o, column, work)]


def _is_ready(before: Object, after: Object, work: Work) -> bool:
    """Whether the second column can be made before all else of the plan, which changes nothing that it is made of."""
    return "using" not in after.hints and all(stays(r, work) for r in before.references | after.references)


def is_carried_along(held: Object, work: Work) -> bool:
    """Whether a check or a foreign key is taken off and put on again in the moment in which a column of it, on either
    side, gets its new type, so that it holds all the while and only rows are still to be looked at."""
    ends = ((work.before(a), work.after(a)) for a in columns_of(held))
    return any(is_retyped_beside(before, after, work) for before, after in ends)


def retyped_beside(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """The statements, the last of which give it its place: at the end of the plan; or, where something stands on the
    column that has to be made again then, with the rest of the plan, for which the second column is ready before."""
    second = Second(before, after, work, becoming(before, after, work))
    in_the_middle = bool(_staying(after, work))
    for statement in second.made():
        yield statement._replace(beforehand=in_the_middle)
    for number, sql in enumerate(second.put_in_place()):
        swapped = Statement(sql, Risk.CAUTION, (PLANS,) if number == 0 else ())
        yield swapped if in_the_middle else swapped._replace(afterwards=True, joined=number > 0)


class Second:
    """The column that takes the place of another. type_: by which name it is made, if not that of the wanted column."""

    def __init__(self, before: Object, after: Object, work: Work, becomes: Becoming, type_: str = "") -> None:
        self._after, self._work, self._becomes, self._type = after, work, becomes, type_
        self._column = _shadow(after)
        *place, name = after.address.path
        self._name, self._second = ident(name), ident(self._column.address.path[-1])
        self._table, self._alter = dotted(*place), f"ALTER TABLE {dotted(*place)}"
        self._function = dotted(place[0], marked(f"{place[-1]}_{name}", NEW))
        self._trigger = ident(marked(f"~{name}", NEW))
        self._required = not after.attributes.get("null")
        self._not_null = marked("_".join(self._column.address.path[-2:]), "_nn")
        kept = work.keep(after.address)
        self._following = Following(before, kept, self._second, after) if kept is not None else None

    def made(self) -> Iterator[Statement]:
        """It has what it is to have, of every row, and follows what is written."""
        work, following, back = self._work, self._following, self._work.kept(self._after.address)
        yield from self._added(self._becomes)
        yield from following.begun(work) if following is not None else ()
        yield self._filled(self._becomes)
        if following is not None:
            yield following.copied(work)
            yield following.cleared
        yield from built_beside(self._after, self._second, work)
        if self._required:
            for statement in proven(self._column, self._not_null, (), work):
                yield statement._replace(afterwards=True)
        yield from left_over(self._after, back) if back is not None else ()

    def _added(self, becomes: Becoming) -> Iterator[Statement]:
        plain = {k: v for k, v in self._column.attributes.items() if k != "identity"}
        typed = {"type": self._type} if self._type else {}
        bare = self._column._replace(attributes={**plain, **typed, "null": True})
        # Asked before anything is committed: when the rows are written it would be too late to stop.
        added = f"{self._alter} ADD COLUMN {render_column(bare, None, self._work.version)}"
        yield Statement(added, Risk.CAUTION, (_BESIDE,), probe=becomes.probe)
        yield from beyond(bare, self._work.version)
        yield Statement(
            f"CREATE FUNCTION {self._function}() RETURNS trigger LANGUAGE plpgsql{becomes.clauses} AS $faberdb$ BEGIN\n"
            f"    NEW.{self._second} := {becomes.new}; RETURN NEW; END $faberdb$"
        )
        if becomes.clauses:
            yield Statement(f"REVOKE ALL ON FUNCTION {self._function}() FROM PUBLIC")
        yield Statement(
            f"CREATE TRIGGER {self._trigger} BEFORE INSERT OR UPDATE ON {self._table} FOR EACH ROW"
            f" EXECUTE FUNCTION {self._function}()",
            Risk.CAUTION,
            becomes.early,
        )
        # Also for those who write with session_replication_role = replica, as who applies changes from elsewhere does.
        yield Statement(f"{self._alter} ENABLE ALWAYS TRIGGER {self._trigger}", Risk.CAUTION)

    def _filled(self, becomes: Becoming) -> Statement:
        """The rows that are there get its values."""
        condition = f"{self._second} IS NULL AND {becomes.condition}"
        change = f"{self._second} = {becomes.value}"
        filled = in_ranges(self._after, change, condition, self._work, becomes.probe)
        more = tuple(hazard for hazard in becomes.hazards if hazard != PLANS)
        risk = max(filled.risk, becomes.risk)
        return filled._replace(risk=risk, hazards=(*filled.hazards, *more), hindsight=True)

    def put_in_place(self) -> Iterator[str]:
        """To be done in one transaction."""
        after = self._after
        yield from let_go(after, self._column, self._work)
        yield f"DROP TRIGGER {self._trigger} ON {self._table}"
        yield f"DROP FUNCTION {self._function}()"
        yield from self._following.ended() if self._following is not None else ()
        yield f"{self._alter} DROP COLUMN {self._name}"
        yield f"{self._alter} RENAME COLUMN {self._second} TO {self._name}"
        if self._required and self._work.version >= 18:
            usual = (
                after.attributes.get("not_null_name") or f"{after.address.path[-2]}_{after.address.path[-1]}_not_null"
            )
            yield f"{self._alter} RENAME CONSTRAINT {ident(self._not_null)} TO {ident(str(usual))}"
        yield from taken_on(after, self._work)


def _watched_elsewhere(table: Object, work: Work, *, after: bool) -> bool:
    """Whether somebody is sent its rows, who has no second column; or they are known by an index that may be over the
    first."""
    return published(table, work, after=after) or str(table.attributes.get("replica_identity", "")).startswith("index ")


def _shadow(column: Object) -> Object:
    name = marked(column.address.path[-1], NEW)
    return column._replace(address=Address("column", (*column.address.path[:-1], name)))
