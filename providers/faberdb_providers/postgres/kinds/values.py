"""How values are kept when columns go, change type or are filled, and how they come back.

One copy holds all that a plan takes from the columns of a table, made before the first of them changes and given back
by one UPDATE, so the rows are looked for once. What tells them apart is in `rows`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from faberdb.model import Address, Hazard, Risk, Statement
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.kept_rows import gone_reader, made_reader, reader
from faberdb_providers.postgres.kinds.lossless import filled, lossless, of_own_type, refuses, stored_as
from faberdb_providers.postgres.kinds.namesake import as_it_stands
from faberdb_providers.postgres.kinds.rows import copy_of, match
from faberdb_providers.postgres.kinds.trying import Tried, rows_failing
from faberdb_providers.postgres.kinds.undisturbed import fires, passes, reaching
from faberdb_providers.postgres.names import dotted, ident, literal

if TYPE_CHECKING:
    from faberdb.model import Kept, Object, Work


def cast_of(before: Object, after: Object, work: Work) -> str:
    """The expression that makes a column's values those of its new type."""
    old, new, name = before.attributes["type"], after.attributes["type"], ident(after.address.path[-1])
    using = after.hints.get("using")
    return str(using) if using else f"{name}::{new}" if work.castable(old, new) else f"{name}::text::{new}"


def tolerant_cast(before: Object, after: Object, work: Work) -> str:
    """The function that makes a column's values those of the type it changes back to, or nothing where they are none of
    that; empty where the cast alone does. Those that are none are put back after."""
    back = work.kept(after.address)
    if back is None or back.form != "values" or "became" not in back.detail:
        return ""
    if not noted_before(before, after, work) or refuses(before.attributes["type"], stored_as(after, work)):
        return ""
    return f"pg_temp.faberdb_cast{Part(before, back).suffix}"


class Part(NamedTuple):
    """One column's share in a copy: where its values are, and those that its rows have, or had, instead."""

    column: Object
    kept: Kept

    @property
    def suffix(self) -> str:
        number = self.kept.detail.get("slot", ["1"])[0]
        return "" if number == "1" else f"_{number}"

    @property
    def value(self) -> str:
        return f"value{self.suffix}"

    @property
    def became(self) -> str:
        return f"became{self.suffix}" if self.kept.detail.get("became") else ""


def _parts_of(address: Address, kept: Kept, work: Work, *, coming: bool) -> list[Part]:
    """All columns that are written together with this one and have their values in the same place."""
    found = []
    for member in work.together(address):
        theirs = work.kept(member) if coming else work.keep(member)
        column = work.after(member) if coming else work.before(member)
        if column is not None and not coming:
            column = as_it_stands(column, work)
        if theirs is not None and column is not None and theirs.place == kept.place and theirs.form == "values":
            found.append(Part(column, theirs))
    return sorted(found, key=lambda part: int(part.kept.detail.get("slot", ["1"])[0]))


def save(obj: Object, kept: Kept, work: Work) -> Iterator[Statement]:
    """Copy the values of this column, and of those that share its place, before any of them changes."""
    wanted, conditions, casts = [], [], []
    for part in _parts_of(obj.address, kept, work, coming=False):
        column, after = part.column, work.after(part.column.address)
        name = ident(column.address.path[-1])
        wanted.append(f"{name}{'::text' if of_own_type(column) else ''} AS {part.value}")
        fill = bool(part.became) and after is not None and filled(column, after)
        if part.became and after is not None:
            became = cast_of(column, after, work) if column.attributes["type"] != after.attributes["type"] else name
            function = tolerant_cast(column, after, work)
            became = f"{function}({name})" if function else became
            own = "using" not in after.hints and refuses(column.attributes["type"], stored_as(after, work))
            casts += [Tried(name if own else became, after)] if became != name and not function else []
            if became == after.hints.get("using"):
                # What the column makes of it: `trunc(a)` is 1, and in a numeric(9, 1) it is 1.0.
                became = f"({became})::{after.attributes['type']}"
            # What a row is filled with is known once it is.
            as_text = fill or of_own_type(after)
            wanted.append(f"{f'({became})::text' if as_text else became} AS {part.became}")
        only = fill and after is not None and column.attributes["type"] == after.attributes["type"]
        conditions.append(f"{name} IS NULL" if only else "")
    where = " OR ".join(conditions) if all(conditions) else ""
    table = Address("table", obj.address.path[:-1])
    probe = rows_failing(table, casts, work, where) if casts else ()
    yield from copy_of(table.path, kept, wanted, where, probe=probe)


def fill(obj: Object, kept: Kept, work: Work) -> Iterator[Statement]:
    """Give rows without a value one, and note beside what was kept of them which."""
    whole, backfill = obj.address.path[:-1], obj.hints["backfill"]
    table, name = dotted(*whole), ident(obj.address.path[-1])
    part = Part(obj, kept)
    source, found = match(whole, kept)
    update = (
        f"WITH filled AS (UPDATE {table} SET {name} = {backfill} FROM (SELECT t.tableoid AS faberdb_part,"
        f" t.ctid AS faberdb_place, q.id AS faberdb_row FROM {table} t, {source} WHERE {found} AND t.{name} IS NULL)"
        f" faberdb WHERE {table}.tableoid = faberdb_part AND {table}.ctid = faberdb_place RETURNING faberdb_row,"
        f" {table}.{name}::text AS value) UPDATE {kept.place} q SET {part.became} = filled.value FROM filled"
        " WHERE q.id = filled.faberdb_row"
    )
    probe = rows_failing(Address("table", whole), [Tried(backfill, obj)], work, f"{name} IS NULL")
    yield from checked_at_once(whole, work)
    yield Statement(reaching(whole, update, work), Risk.DANGEROUS, fires(whole, work), probe=probe)


def note_same(obj: Object, after: Object, kept: Kept, cast: tuple[str, str], work: Work) -> Iterator[Statement]:
    """Before a column changes back: note beside its kept values which of its rows still have what those became, and
    stop at a value written since that cannot become one of the old type. cast: what makes it one or fails, there and
    where it is tried which rows those are."""
    table, column, part = dotted(*obj.address.path[:-1]), ident(obj.address.path[-1]), Part(obj, kept)
    source, found = match(obj.address.path[:-1], kept)
    same = f"{found} AND t.{column}::text IS NOT DISTINCT FROM q.{part.became}::text"
    noted = f"{kept.place}_same{part.suffix}"
    yield Statement(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE", Risk.DANGEROUS, shared=True)
    yield Statement(f"CREATE TABLE {noted} AS SELECT q.id FROM {table} t, {source} WHERE {same}")
    yield Statement(f"ALTER TABLE {noted} ADD PRIMARY KEY (id)")
    since = f"(tableoid, ctid) NOT IN (SELECT t.tableoid, t.ctid FROM {table} t, {source} WHERE {same})"
    probe = rows_failing(Address("table", obj.address.path[:-1]), [Tried(cast[1], after)], work, since)
    yield Statement(f"SELECT count({cast[0]}) FROM {table} WHERE {since}", Risk.DANGEROUS, probe=probe)


def restore(obj: Object, kept: Kept, work: Work) -> Iterator[Statement]:
    """Put the kept values of this column, and of those that share their place, back into the rows they came from, all
    by one statement. Rows that were written since stay as they are."""
    parts = _parts_of(obj.address, kept, work, coming=True)
    table, column = dotted(*obj.address.path[:-1]), ident(obj.address.path[-1])
    sets = [(ident(p.column.address.path[-1]), _value(p, work), _to_be_set(p, work)) for p in parts]
    always = obj.attributes.get("identity", {}).get("generated") == "always" and work.before(obj.address) is not None
    if always:  # which no UPDATE may set
        yield Statement(f"ALTER TABLE {table} ALTER COLUMN {column} SET GENERATED BY DEFAULT")
    # Where not all of a place can be put back at once, its first share notes which rows are gone.
    nothing_lost = all("filled" in part.kept.detail for part in parts) or all(part.suffix for part in parts)
    again = tuple(_added_again(p) for p in parts if _unwritten(p, work) and not p.became)
    for part in parts:
        yield from made_reader(part.column, part.kept, work)
    yield from put_back(obj.address.path[:-1], kept, sets, work, nothing_lost=nothing_lost, hazards=again)
    for part in parts:
        yield from gone_reader(part.column, part.kept, work)
    if always:
        yield Statement(f"ALTER TABLE {table} ALTER COLUMN {column} SET GENERATED ALWAYS")


def _to_be_set(part: Part, work: Work) -> str:
    """The condition on which a row gets its kept value. What came back as it was need not be written: most do of a
    type change, and each row that is written is one more in the file, in every index, and for every standby."""
    unwritten = _unwritten(part, work)
    if not (part.became and unwritten):
        return unwritten
    now, then = f"t.{ident(part.column.address.path[-1])}", _value(part, work)
    return f"{unwritten} AND {now}::text IS DISTINCT FROM ({then})::text"


def _added_again(part: Part) -> Hazard:
    """Says what cannot be told apart in a column that somebody has added again."""
    said = (
        f"column {ident(part.column.address.path[-1])} was added again since: its rows without a value, and those with"
        " the one that all rows got then, get the kept one, also where somebody wrote that since"
    )
    return Hazard(codes.TAKEN_FOR_UNWRITTEN, said)


def _value(part: Part, work: Work) -> str:
    # Values of a user's type are kept as text.
    type_, by = str(part.column.attributes["type"]), reader(part.column, part.kept, work)
    return f"q.{part.value}{f'::{by}' + '[]' * type_.endswith('[]') if by else ''}::{type_}"


def _unwritten(part: Part, work: Work) -> str:
    """The condition that a row has not been written since its value was kept; empty where it cannot have been."""
    column, before = part.column, work.before(part.column.address)
    name, new = ident(column.address.path[-1]), column.attributes["type"]
    if before is None or ("generated" in before.attributes and "generated" not in column.attributes):
        return ""  # what is generated nobody writes
    if not part.became:
        # The column was dropped, and somebody has added it again: what it holds by now is newer, unless it is what the
        # server has for rows that were there already.
        given = (
            "SELECT (a.attmissingval::text::text[])[1] FROM pg_catalog.pg_attribute a"
            f" WHERE a.attrelid = t.tableoid AND a.attname = {literal(column.address.path[-1]).strip()}"
        )
        return f"(t.{name} IS NULL OR t.{name}::text = ({given}))"
    before = as_it_stands(before, work)
    old = before.attributes["type"]
    if noted_before(before, column, work):
        return f"q.id IN (SELECT id FROM {part.kept.place}_same{part.suffix})"
    value = f"q.{part.became}::{new}" if work.castable(old, new) else f"q.{part.became}::text::{new}"
    if of_own_type(before) or filled(column, before) or old == new:
        value = f"q.{part.became}::text::{new}"
    return f"t.{name}::text IS NOT DISTINCT FROM ({value})::text"


def noted_before(before: Object, after: Object, work: Work) -> bool:
    """Whether a column that changes back may hold values that are none of the old type, cut too short for it or too
    long, so that its unwritten rows have to be noted before. A text is never too short; a key must not be without a
    value for a moment."""
    old, new = before.attributes["type"], after.attributes["type"]
    if old != new and refuses(old, stored_as(after, work)):
        return True
    textual = new.split("(")[0] in ("text", "character varying", "character")
    return not (old == new or textual or lossless(old, new) or needed_by_key(after, work))


def needed_by_key(column: Object, work: Work) -> bool:
    """Whether the column is never without a value, not even for a moment."""
    siblings = work.children(column.parent, after=True) if column.parent else ()
    keys = [o for o in siblings if o.address.kind == "primary_key"]
    return "identity" in column.attributes or any(column.address.path[-1] in k.attributes["columns"] for k in keys)


def put_back(
    table: tuple[str, ...],
    kept: Kept,
    sets: Sequence[tuple[str, str, str]],
    work: Work,
    *,
    nothing_lost: bool = False,
    hazards: tuple[Hazard, ...] = (),
) -> Iterator[Statement]:
    """Set kept values. sets: (what is set, to what, on which rows besides; empty for all). Beside the copy it is noted
    which of its rows are gone. Triggers of the user's do not fire: this is no change, but one taken back."""
    name, (source, found) = dotted(*table), match(table, kept)
    conditions = [condition for _, _, condition in sets]
    if len(sets) == 1:
        words, where = f"{sets[0][0]} = {sets[0][1]}", f" AND {conditions[0]}" if conditions[0] else ""
    else:
        words = ", ".join(f"{c} = CASE WHEN {w} THEN {v} ELSE t.{c} END" if w else f"{c} = {v}" for c, v, w in sets)
        where = f" AND ({' OR '.join(conditions)})" if all(conditions) else ""
    update = f"UPDATE {name} t SET {words} FROM {source} WHERE {found}{where}"
    if not nothing_lost:
        yield Statement(
            f"CREATE TABLE {kept.place}_left AS SELECT id FROM {kept.place} EXCEPT"
            f" SELECT q.id FROM {name} t, {source} WHERE {found}",
            shared=True,
        )
        yield Statement(f"ALTER TABLE {kept.place}_left ADD PRIMARY KEY (id)", shared=True)
    yield from checked_at_once(table, work)
    sql = reaching(table, update, work, quiet=True)
    yield Statement(sql, Risk.DANGEROUS, (*hazards, *passes(table, work)), shared=True)


def checked_at_once(table: tuple[str, ...], work: Work) -> Iterator[Statement]:
    """Before an UPDATE of a table: what is checked at the end of the transaction would stand in the way of every ALTER
    TABLE until then."""
    if _deferred(table, work):
        yield Statement("SET CONSTRAINTS ALL IMMEDIATE", shared=True)


def _deferred(table: tuple[str, ...], work: Work) -> bool:
    """Whether a constraint of the table, or one that points at it, waits for the end of the transaction."""
    address = Address("table", table)
    around = (
        *(work.children(address, after=a) for a in (False, True)),
        *(work.referrers(address, after=a) for a in (False, True)),
    )
    return any(obj.attributes.get("initially_deferred") for found in around for obj in found)
