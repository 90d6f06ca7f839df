"""What becomes of the values of an enum: some are added in place, and where others go or change places the type is made
anew under its columns."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from faberdb.model import Address, Hazard, Risk, Statement
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.carrying import alter_type, carried, is_array
from faberdb_providers.postgres.kinds.column.beside import Second, is_made_anew_beside, is_second_of
from faberdb_providers.postgres.kinds.column.beside_values import REFUSED_EARLY, Becoming
from faberdb_providers.postgres.kinds.column.not_null import in_the_way_of_type, without_not_null
from faberdb_providers.postgres.kinds.column.row_type import around_rows_of
from faberdb_providers.postgres.kinds.held import places
from faberdb_providers.postgres.kinds.in_the_way import rows_in
from faberdb_providers.postgres.kinds.online.index import NEW
from faberdb_providers.postgres.kinds.rows import match
from faberdb_providers.postgres.kinds.rows_elsewhere import refuse_anew
from faberdb_providers.postgres.kinds.types import restore_text, save_text, using
from faberdb_providers.postgres.names import clipped, dotted, ident, literal, marked, qualified

if TYPE_CHECKING:
    from faberdb.model import Kept, Object, Work


def values_given_back(column: Object, place: Kept, type_: str, work: Work) -> Iterable[Statement]:
    name = ident(column.address.path[-1])
    return restore_text(column, place, name, type_, work, now=f"t.{name}")


def values_gone(before: Object, after: Object) -> list[str]:
    """The values that are no longer any."""
    return [v for v in before.attributes["values"] if v not in set(after.attributes["values"])]


def _removed(gone: Sequence[str], columns: Sequence[_Carried]) -> Iterator[Hazard]:
    """What becomes of rows that have a value which is removed."""
    if not gone:
        return
    those = "goes" if len(gone) == 1 else "go"
    said = f"{', '.join(map(repr, gone))} {those}"
    if any(not carry.using for carry in columns):
        said += "; a row that has it stops this, unless `using` of its column says what becomes of it"
    elif columns:
        said += "; `using` says what becomes of rows that have it, and one that it leaves so stops this"
    yield Hazard(codes.ENUM_REBUILD, said)


def unknown_former_values(before: Object, after: Object) -> dict[str, str]:
    """New values that are declared to have been called what no value is, and what that is."""
    former, there = after.hints.get("values_from", {}), set(before.attributes["values"])
    return {value: old for value, old in former.items() if old and value not in there and old not in there}


def _suspected(before: Object, after: Object) -> Iterator[Hazard]:
    """Values that go where another comes, alone between the same neighbours, unless that is declared to be new; and any
    that go where one comes whose former name is none. Only a declaration can have forgotten to say so."""
    old, new = before.attributes["values"], after.attributes["values"]
    stay = set(old) & set(new)
    unknown, lost = unknown_former_values(before, after), ", ".join(map(repr, values_gone(before, after)))
    for value, former in unknown.items() if lost else ():
        renamed = f"it looks as if {lost} were only renamed to {value!r}"
        yield Hazard(codes.SUSPECTED_RENAME, f"{renamed}, whose renamed_from says {former!r}, which is not there")
    if after.origin is None or [v for v in old if v in stay] != [v for v in new if v in stay]:
        return
    for gone, come in zip(_between(old, stay), _between(new, stay), strict=True):
        if (
            len(gone) == len(come) == 1
            and come[0] not in unknown
            and after.hints.get("values_from", {}).get(come[0]) is not False
        ):
            said = f"it looks as if the value {gone[0]!r} were only renamed; then declare it so:"
            entry = f'{{ value = "{come[0]}", renamed_from = "{gone[0]}" }}'
            yield Hazard(codes.SUSPECTED_RENAME, f"{said} {entry}")


def _between(values: Sequence[str], stay: Container[str]) -> list[list[str]]:
    """The values before, between and after those that stay."""
    runs: list[list[str]] = [[]]
    for value in values:
        if value in stay:
            runs.append([])
        else:
            runs[-1].append(value)
    return runs


def added_values(after: Object, old: list[str], new: list[str]) -> Iterator[tuple[str, Statement]]:
    """ADD VALUE, each beside its neighbour. A new value cannot be used before its transaction has committed
    (PostgreSQL docs, ALTER TYPE, Notes), so nothing else shares that transaction."""
    present = list(old)
    for index, value in enumerate(new):
        if value in present:
            continue
        place = "" if index == len(present) else f" BEFORE {literal(present[index]).strip()}"
        present.insert(index, value)
        sql = f"ALTER TYPE {qualified(after.address)} ADD VALUE {literal(value).strip()}{place}"
        yield value, Statement(sql, Risk.SAFE, own_transaction=True)


def type_made_anew(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    if is_made_anew_beside(after.address, work):
        beside = [c for c in carried(after.address, work) if is_second_of(after.address, c, work)]
        if beside:
            yield from _made_beside(before, after, beside, work)
            return
    yield from _made_under_columns(before, after, work)


def _made_beside(before: Object, after: Object, beside: Sequence[Object], work: Work) -> Iterator[Statement]:
    """The new type is there before the rest of the plan, and second columns of it are ready then; with the rest it gets
    its name. Columns of small tables change as they would at once."""
    schema, name = after.address.path
    aside, new = clipped(name, "__faberdb_old"), marked(name, NEW)
    values = ", ".join(literal(v).strip() for v in after.attributes["values"])
    yield Statement(f"CREATE TYPE {dotted(schema, new)} AS ENUM ({values})", Risk.SAFE, beforehand=True)
    gone, seconds = values_gone(before, after), list[Second]()
    for column in beside:
        array = "[]" if is_array(column) else ""
        type_, own = f"{dotted(schema, new)}{array}", ident(column.address.path[-1])
        carry = _Carried(column, before, after, work, None)
        becomes = Becoming(
            f"{own}::text{array}::{type_}",
            f"NEW.{own}::text{array}::{type_}",
            f"{own} IS NOT NULL",
            hazards=tuple(_removed(gone, [carry])),
            risk=Risk.DANGEROUS if gone else Risk.CAUTION,
            early=(REFUSED_EARLY,) if gone else (),
            probe=carry.in_the_way(),
        )
        wanted = work.after(column.address)
        assert wanted is not None
        seconds.append(Second(column, wanted, work, becomes, type_))
    for second in seconds:
        yield from (statement._replace(beforehand=True) for statement in second.made())
    suspected = tuple(_suspected(before, after))
    yield Statement(f"ALTER TYPE {qualified(after.address)} RENAME TO {ident(aside)}", Risk.CAUTION, suspected)
    yield Statement(f"ALTER TYPE {dotted(schema, new)} RENAME TO {ident(name)}", Risk.CAUTION)
    for second in seconds:
        yield from (Statement(sql, Risk.CAUTION) for sql in second.put_in_place())
    there = {column.address for column in beside}
    for column in carried(after.address, work):
        if column.address not in there:
            carry = _Carried(column, before, after, work, None)
            yield from without_not_null(in_the_way_of_type(column, work), work, carry.everywhere())
    yield Statement(f"DROP TYPE {dotted(schema, aside)}")


def _made_under_columns(before: Object, after: Object, work: Work) -> Iterator[Statement]:
    """Columns of it change their type under a lock."""
    schema, name = after.address.path
    aside = clipped(name, "__faberdb_old")
    old, new = dotted(schema, aside), dotted(schema, name)
    values = ", ".join(literal(v).strip() for v in after.attributes["values"])
    kept, back = work.keep(after.address), work.kept(after.address)
    giving = {c.address: place for c, place in places(back, work, after=True)} if back else {}
    columns = [_Carried(c, before, after, work, giving.get(c.address)) for c in carried(after.address, work)]
    hazards = (
        Hazard(codes.ENUM_REBUILD, "every table with a column of this type is rewritten while it is locked"),
        *_removed(values_gone(before, after), columns),
        *_suspected(before, after),
    )
    yield Statement(f"ALTER TYPE {new} RENAME TO {ident(aside)}", Risk.DANGEROUS, hazards)
    if back and back.form == "aside":
        yield Statement(f"ALTER TYPE {dotted(back.place, name)} SET SCHEMA {ident(schema)}")
    else:
        yield Statement(f"CREATE TYPE {new} AS ENUM ({values})")
    asked = any(carry.using for carry in columns)
    if asked:  # so that an expression may cast to the type by its name, though the column is still of the old one
        yield Statement(f"CREATE CAST ({old} AS {new}) WITH INOUT")
    taking = {c.address: place for c, place in places(kept, work, after=False)} if kept else {}
    for carry in columns:
        if carry.column.address in taking:
            yield from carry.saved(taking[carry.column.address])
    for carry in columns:
        yield from without_not_null(in_the_way_of_type(carry.column, work), work, carry.everywhere())
    if asked:
        yield Statement(f"DROP CAST ({old} AS {new})")
    if kept and kept.form == "aside":
        yield Statement(f"ALTER TYPE {old} SET SCHEMA {ident(kept.place)}", Risk.CAUTION)
        yield Statement(f"ALTER TYPE {dotted(kept.place, aside)} RENAME TO {ident(name)}", Risk.CAUTION)
    else:
        yield Statement(f"DROP TYPE {old}")


class _Carried:
    """A column that stays of the type while it is made anew, with the expression for values that are gone, or the place
    where those wait that it had before."""

    def __init__(self, column: Object, before: Object, after: Object, work: Work, giving: Kept | None) -> None:
        self.column, self._work, self._gone, self._giving = column, work, values_gone(before, after), giving
        self._table = column.address.path[:-1]
        self._values = ", ".join(literal(v).strip() for v in after.attributes["values"])
        self._array = "[]" if is_array(column) else ""
        self._type, self._name = f"{qualified(after.address)}{self._array}", ident(column.address.path[-1])
        self.using = using(column, work) if self._gone and giving is None else ""
        wanted = work.after(column.address)
        self._scope = tuple(wanted.hints.get("scope", ())) if self.using and wanted else ()
        # What its value becomes, as a text.
        self._value = f"({self.using})::text{self._array}" if self.using else f"{self._name}::text{self._array}"

    def saved(self, place: Kept) -> Iterator[Statement]:
        """What it holds, and what that becomes."""
        for statement in save_text(self.column, place, self._name, self._value, probe=self.in_the_way()):
            yield statement._replace(scope=self._scope)

    def everywhere(self) -> Iterator[Statement]:
        """From the old type to the new one, also in rows of the table that are stored elsewhere."""
        if self.using:
            table = Address("table", self._table)
            refuse_anew(self.column, table, self._work, "take the value from the rows first, and leave `using` out")
        yield from around_rows_of(self.column, f"{self._value}::{self._type}", self.moved(), self._work)

    def moved(self) -> Iterator[Statement]:
        """From the old type to the new one. What comes back may be no value of the one yet, and what it became is no
        value of the other any more, so it comes back between them."""
        alter = alter_type(self.column)
        if self._giving:
            text = f"text{self._array}"
            yield Statement(f"{alter} {text} USING {self._name}::{text}", Risk.DANGEROUS)
            yield from values_given_back(self.column, self._giving, text, self._work)
        sql = f"{alter} {self._type} USING {self._value}::{self._type}"
        yield Statement(sql, Risk.DANGEROUS, probe=self.in_the_way(), scope=self._scope)

    def in_the_way(self) -> tuple[str, ...]:
        """A query for rows whose value is none of the new type."""
        if not self._gone:
            return ()
        lost = ", ".join(literal(v).strip() for v in self._gone)
        hit = f"t.{self._name}::text IN ({lost})"
        if self.using and self._array:
            hit = f"NOT {self._value} <@ ARRAY[{self._values}]::text[]"
        elif self.using:
            hit = f"{self._value} <> ALL (ARRAY[{self._values}]::text[])"
        elif self._array:
            hit = f"t.{self._name}::text[] && ARRAY[{lost}]"
        if self._giving:
            source, found = match(self._table, self._giving)
            same = f"{found} AND t.{self._name}::text IS NOT DISTINCT FROM q.became"
            unwritten = f"SELECT t.tableoid, t.ctid FROM {dotted(*self._table)} t, {source} WHERE {same}"
            hit += f" AND (t.tableoid, t.ctid) NOT IN ({unwritten})"
        return rows_in([(Address("table", self._table), hit)], self._work)
