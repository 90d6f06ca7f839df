"""What the types share that columns can be of: how a type is made anew under the columns that use it.

ALTER TYPE cannot do everything, and DROP TYPE refuses while a column is of the type. So each such column is carried:
for as long as the type is away it is of another one that holds all its values (text, the type a domain is over, a twin
of a composite type), then of the new one. All of that is one transaction, so no reader sees the state between, and no
row is ever lost. Columns of types that are made of this one are carried by those types, which are made anew around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from faberdb.errors import DeclarationError
from faberdb.model import Action, Address, Risk, Statement
from faberdb_providers.postgres.kinds.acl import TYPES
from faberdb_providers.postgres.kinds.by_name import Twins, text_differs
from faberdb_providers.postgres.kinds.carrying import (
    CARRIED,
    alter_type,
    carriable,
    carried,
    follows,
    is_array,
    staying,
)
from faberdb_providers.postgres.kinds.column.not_null import in_the_way_of_type, without_not_null
from faberdb_providers.postgres.kinds.column.row_type import around_rows_of
from faberdb_providers.postgres.kinds.column.stored import storage_again
from faberdb_providers.postgres.kinds.granting import bare
from faberdb_providers.postgres.kinds.in_the_way import rows_in
from faberdb_providers.postgres.kinds.lineage import all_above, partitioned_by
from faberdb_providers.postgres.kinds.moved import MovedWhenDropped
from faberdb_providers.postgres.kinds.rows import copy_of
from faberdb_providers.postgres.kinds.typed import lets_go, made_anew
from faberdb_providers.postgres.kinds.values import put_back
from faberdb_providers.postgres.names import ident, literal, qualified

if TYPE_CHECKING:
    from faberdb.model import Change, Kept, Object, Work


class TypeKind(MovedWhenDropped):
    """A type that columns can be of. It does not follow the types it is made of: those are changed around it."""

    sql_name = "TYPE"

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield ("type", *obj.address.path)

    def disturbed_by(self, obj: Object, change: Change) -> bool:
        return change.action in (Action.DROP, Action.REPLACE) or made_anew_below(change)

    def touches(self, change: Change, referrers: Sequence[Object]) -> Iterable[Address]:
        if change.action is Action.REPLACE:
            return [o.address for o in referrers if carriable(o)]
        return ()

    def forces(
        self, change: Change, live: Mapping[Address, Object], target: Mapping[Address, Object]
    ) -> Iterable[Address]:
        if change.action is not Action.REPLACE:
            return ()
        refuse_under_keys(change.address, live, target)
        return altered_within(change.address, live, target)

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        yield from super().create(obj, inlined, work)
        kept = work.kept(obj.address)
        if not (kept and kept.form == "moved"):
            yield from bare(obj.address, work)
        if work.before(obj.address) is None:
            return
        twins = self._twins(obj, work)
        yield from twins.ways_back()
        for column in carried(obj.address, work):
            yield from without_not_null(in_the_way_of_type(column, work), work, self._bring_back(column, obj, work))
        yield from twins.drop()
        for column in staying(obj.address, work):
            yield from storage_again(column, work) if follows(column, work) else ()
        for table in _typed_tables(obj.address, work):
            yield Statement(f"ALTER TABLE {qualified(table.address)} OF {qualified(obj.address)}", Risk.CAUTION)
        yield from self.give_back(obj, work)

    def let_go(self, obj: Object, work: Work) -> Iterable[Statement]:
        yield from self.set_aside(obj, work)
        for table in _typed_tables(obj.address, work):
            yield Statement(f"ALTER TABLE {qualified(table.address)} NOT OF", Risk.CAUTION)
        twins = self._twins(obj, work)
        yield from twins.make()
        for column in carried(obj.address, work):
            carrier, expression = self.carrier(obj, column, work)
            if text_differs(obj.address, work):
                carrier = twins.of(column)
                expression = f"{ident(column.address.path[-1])}::text::{carrier}"
            away = Statement(f"{alter_type(column)} {carrier} USING {expression}", Risk.DANGEROUS, (CARRIED,))
            moved = around_rows_of(column, expression, [away], work)
            yield from without_not_null(in_the_way_of_type(column, work), work, moved)

    def carrier(self, obj: Object, column: Object, work: Work) -> tuple[str, str]:
        """The type a column is of while its own is away, and the expression that makes its values so."""
        array = "[]" if is_array(column) else ""
        return f"text{array}", f"{ident(column.address.path[-1])}::text{array}"

    def returned(self, obj: Object, column: Object, work: Work) -> str:
        """The expression that makes the carried values those of the new type; empty for the server's own conversion,
        which cuts nothing."""
        return f"{ident(column.address.path[-1])}::{column.attributes['type']}"

    def value_of(self, obj: Object, column: Object, work: Work) -> str:
        """The same, by the name of the type where its twin has it meanwhile."""
        cast = f"{ident(column.address.path[-1])}::{column.attributes['type']}"
        return cast if text_differs(obj.address, work) else self.returned(obj, column, work)

    def refused(self, obj: Object, column: Object, work: Work) -> tuple[str, ...]:
        """A query for rows whose values the new type does not take, where that can be asked."""
        return ()

    def unasked(self, obj: Object, column: Object, work: Work) -> str:
        """Why there may be such rows that it does not find; empty where there can be none."""
        return f"values of column {column.address.called} are held against the new type only then"

    def set_aside(self, obj: Object, work: Work) -> Iterable[Statement]:
        """Keep what the new form of the type has no place for."""
        return ()

    def give_back(self, obj: Object, work: Work) -> Iterable[Statement]:
        """Put what was kept of values back into the rows."""
        return ()

    def _twins(self, obj: Object, work: Work) -> Twins:
        """What the columns that are carried by name are of meanwhile."""
        differs = text_differs(obj.address, work)
        return Twins(obj.address, carried(obj.address, work) if differs else (), work)

    def _bring_back(self, column: Object, obj: Object, work: Work) -> Iterator[Statement]:
        collation = f" COLLATE {column.attributes['collation']}" if "collation" in column.attributes else ""
        value = self.value_of(obj, column, work)
        using = f" USING {value}" if value else ""
        back = Statement(
            f"{alter_type(column)} {column.attributes['type']}{collation}{using}",
            Risk.DANGEROUS,
            probe=self.refused(obj, column, work),
            untold=self.unasked(obj, column, work),
        )
        yield from around_rows_of(column, value or ident(column.address.path[-1]), [back], work)
        yield from storage_again(column, work)


def altered_within(
    type_: Address, live: Mapping[Address, Object], target: Mapping[Address, Object]
) -> Iterator[Address]:
    """The composite types in a type that get other attributes. While columns are carried, the values of these are not
    at hand: so such a type is made anew with those around it, when all of them are."""
    obj = live.get(type_)
    if obj is None or type_.kind not in TYPES:
        return
    order = obj.attributes.get("order", ())
    if type_.kind == "composite_type" and type_ in target and target[type_].attributes != obj.attributes:
        yield type_
    parts = (live.get(Address("attribute", (*type_.path, name))) for name in order)
    for below in {r for part in (obj, *parts) if part is not None for r in part.references} - {type_}:
        yield from altered_within(below, live, target)


def made_anew_below(change: Change) -> bool:
    """Whether a change makes a type anew although it is called an ALTER: that of an enum whose values go."""
    return change.disturbs and change.address.kind == "enum"


def refuse_under_keys(type_: Address, live: Mapping[Address, Object], target: Mapping[Address, Object]) -> None:
    """Say so where a type cannot be made anew because a table is partitioned by a column that stays of it. Such a table
    and its rows can only go over to another type, while both are there.

    Raises DeclarationError.
    """
    for address, column in live.items():
        after = target.get(address) if address.kind == "column" and type_ in column.references else None
        if after is None or type_ not in after.references:
            continue
        for table in partitioned_by(address, live, target):
            raise DeclarationError(
                f"the type cannot be made anew while {table.spoken} is partitioned by its column {address.path[-1]}",
                where=type_.spoken,
                advice="declare the new form under another name, and the column as of that type: the table is made anew"
                " with its rows. A later plan can give it the old name (`renamed_from`)",
            )


def parted_by(type_: Address, objects: Mapping[Address, Object]) -> Iterator[Address]:
    """The tables that are partitioned by a column of a type."""
    for address, obj in objects.items():
        if address.kind == "column" and type_ in obj.references:
            yield from partitioned_by(address, objects, objects)


def using(column: Object, work: Work) -> str:
    """The expression that its declaration has for values that the new form of its type does not take."""
    after = work.after(column.address)
    return str(after.hints.get("using", "")) if after else ""


def _typed_tables(address: Address, work: Work) -> list[Object]:
    """The tables of the type that stay so and do not let go of it by themselves."""
    tables = [o for o in work.referrers(address, after=False) if o.address.kind == "table" and "of" in o.attributes]
    ends = [(table, work.after(table.address)) for table in tables]
    stay = [(t, after) for t, after in ends if after is not None and "of" in after.attributes]
    return [t for t, after in stay if not lets_go(t, after, work) and not made_anew(t, work)]


def save_text(
    column: Object, kept: Kept, value: str, became: str | None = None, *, probe: tuple[str, ...] = ()
) -> Iterator[Statement]:
    """Keep a value of a column, or of a part of it, as text: its type may be gone when the text is read."""
    more = [f"({became})::text AS became"] if became else []
    yield from copy_of(column.address.path[:-1], kept, [f"({value})::text AS value", *more], probe=probe)


def restore_text(
    column: Object, kept: Kept, part: str, type_: str, work: Work, *, now: str = "", more: str = ""
) -> Iterator[Statement]:
    """Put a kept text back. part: what UPDATE sets; now: what the value would be had nobody written since."""
    conditions = [f"({now})::text IS NOT DISTINCT FROM q.became"] if now else []
    conditions += [more] if more else []
    sets = [(part, f"q.value::{type_}", " AND ".join(conditions))]
    yield from put_back(column.address.path[:-1], kept, sets, work)


def used_in_rows(referrers: Iterable[Object]) -> bool:
    """Whether rows may hold values of the type: in columns, or in columns of types that are made of it."""
    return any(o.address.kind in ("column", "attribute", *TYPES) for o in referrers)


def rows_of(columns: Iterable[Object], condition: str, work: Work) -> tuple[str, ...]:
    """A query for up to five rows, of any table with a column of a type, that meet a condition on the column's value,
    which stands as {value} in it. Asked for are the table and the key, never the value."""
    listed, found = list(columns), list[tuple[Address, str]]()
    homes = {(column.parent, column.address.path[-1]) for column in listed}
    for column in listed:
        name, table = ident(column.address.path[-1]), Address("table", column.address.path[:-1])
        # Rows of a child with the column in the list are asked for under its own name.
        below = [o for o in work.all_of("table", after=False) if table in _above(o, work)]
        own = {o.address for o in below if (o.address, column.address.path[-1]) in homes}
        names = [literal(qualified(o.address)).strip() for o in below if own & {o.address, *_above(o, work)}]
        elsewhere = f"t.tableoid <> all (array[{', '.join(names)}]::regclass[]) and " if names else ""
        found.append((table, f"{elsewhere}{condition.replace('{value}', f't.{name}')}"))
    return rows_in(found, work)


def _above(table: Object, work: Work) -> list[Address]:
    return [o.address for o in all_above(table, work.before)]
