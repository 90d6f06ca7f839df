"""Which tables a statement emptied or made anew, told by comparing what was there before it with what is there after:
also where it committed on its way, and where the catalogue reads the same as before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from faberdb_providers.postgres.names import dotted

_TABLES = """
select c.oid::bigint, n.nspname, c.relname, pg_relation_filenode(c.oid)::bigint
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p') and c.oid >= 16384 and c.relpersistence <> 't'
"""


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables that are there at a moment: by their oid what they are called, and their file."""

    there: dict[int, tuple[str, int | None]]

    @classmethod
    def now(cls, query: Callable[[str], list[tuple[Any, ...]]]) -> Tables:
        return cls({oid: (f"table {dotted(schema, name)}", file) for oid, schema, name, file in query(_TABLES)})

    def replaced(self, after: Tables, until: int) -> tuple[str, ...]:
        """Those that are gone, while others have their names. until: the newest that others can see."""
        names = {name for name, _ in after.there.values()}
        gone = (name for oid, (name, _) in self.there.items() if oid <= until and oid not in after.there)
        return tuple(sorted(names.intersection(gone)))

    def anew(self, after: Tables, until: int) -> tuple[str, ...]:
        """Those with another file than before."""
        return tuple(
            sorted(
                name
                for oid, (name, file) in self.there.items()
                if oid <= until and oid in after.there and after.there[oid][1] != file
            )
        )
