"""Storage parameters and tablespaces: how TOML spells them, how the server stores them, how ALTER changes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from faberdb.model import Address, Hazard, Object, Risk, Statement, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.names import dotted, ident, literal, options


def option_texts(values: Mapping[str, Any] | None) -> dict[str, str]:
    """Storage parameters as PostgreSQL stores them: text values."""
    return {key: str(v).lower() if isinstance(v, bool) else str(v) for key, v in (values or {}).items()}


def stored_options(values: Sequence[str] | None) -> dict[str, str]:
    """`{fillfactor=70}` as a mapping, in the order they were set, which pg_dump keeps. Without what the server notes
    there for itself, which pg_dump leaves out."""
    return {k: v for k, v in (item.split("=", 1) for item in values) if k != _OWN} if values else {}


_OWN = "pg_attver"
"""Seen from PostgreSQL 15.20 on with every column: a number that is another one each time the column is made."""


WITH_TOAST = (
    "case when tc.reloptions is null then c.reloptions"
    " else c.reloptions || array(select 'toast.' || o from unnest(tc.reloptions) with ordinality u(o, n) order by n)"
    " end"
)
JOIN_TOAST = "left join pg_class tc on tc.oid = c.reltoastrelid"
"""SQL for the storage parameters of pg_class c, and for those of its TOAST table, which it is given as `toast.*`."""


def option_changes(alter: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Statement]:
    """SET and RESET of storage parameters. The server keeps them in the order they were set, and pg_dump prints it."""
    changed = {key: value for key, value in new.items() if old.get(key) != value}
    gone = [key for key in old if key not in new]
    if changed and [*(key for key in old if key in new and key not in changed), *changed] != [*new]:
        changed = dict(new)
    if changed:
        yield Statement(f"{alter} SET ({options(changed)})", Risk.CAUTION)
    if gone:
        yield Statement(f"{alter} RESET ({', '.join(gone)})", Risk.CAUTION)


def toast_options(column: Object, work: Work) -> Iterator[Statement]:
    """What is new of the options of a table's TOAST table, once more: before this column, or this type of it, there may
    have been none to set them on, and the server says nothing of that."""
    before, after = (find(column.parent) if column.parent else None for find in (work.before, work.after))
    if before is None or after is None:
        return
    had, wanted = (
        {key: value for key, value in table.attributes.get("options", {}).items() if key.startswith("toast.")}
        for table in (before, after)
    )
    if wanted.keys() - had.keys():
        yield from option_changes(f"ALTER TABLE {dotted(*after.address.path)}", {}, wanted)


_MOVED = Hazard(codes.TABLESPACE, "all of it is copied to the other place under a lock that keeps everybody out")
_OF_DATABASE = (
    "SELECT spcname FROM pg_tablespace s JOIN pg_database d ON d.dattablespace = s.oid"
    " WHERE d.datname = current_database()"
)


def place_changes(
    alter: str, old: Mapping[str, Any], new: Mapping[str, Any], *, holds_rows: bool = True
) -> Iterator[Statement]:
    """SET TABLESPACE, where two forms of something stand in different ones. holds_rows: not so what is partitioned, of
    which only later parts are made there."""
    here, there = old.get("tablespace"), new.get("tablespace")
    if here == there:
        return
    sql = f"{alter} SET TABLESPACE {ident(there or '')}"
    if there is None:
        # What has none stands in that of the database, whose name only the server knows.
        text = literal(f"{alter.replace('%', '%%')} SET TABLESPACE %I").strip()
        sql = f"DO $faberdb$ BEGIN EXECUTE format({text},\n    ({_OF_DATABASE})); END $faberdb$"
    yield Statement(sql, Risk.DANGEROUS, (_MOVED,)) if holds_rows else Statement(sql)


def out_of_what_goes(obj: Object, work: Work) -> Iterator[Statement]:
    """Move a table that goes to quarantine out of a tablespace that is dropped by the same plan. Its indexes there stay
    behind, as all does that stands on something that goes."""
    space = Address("tablespace", (str(obj.attributes.get("tablespace")),))
    if work.before(space) is not None and work.after(space) is None:
        yield from place_changes(f"ALTER TABLE {dotted(*obj.address.path)}", obj.attributes, {})


def into_what_comes(obj: Object, work: Work) -> Iterator[Statement]:
    """The way back, once the table is in its schema again."""
    space = Address("tablespace", (str(obj.attributes.get("tablespace")),))
    if work.before(space) is None and work.after(space) is not None:
        yield from place_changes(f"ALTER TABLE {dotted(*obj.address.path)}", {}, obj.attributes)
