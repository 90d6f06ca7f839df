"""Which questions about live rows an earlier step of the plan would answer otherwise: one that writes rows, gives a
column another type, or takes what the question names away or brings it.

Each step is read by the statement that it runs, which is one of ours. What is not known to leave rows, types and names
alone is taken to change them: then nothing is said of the rows, instead of something wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass

from faberdb.model import Action, Address, Step
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.names import dotted, ident
from faberdb_providers.postgres.pattern import pattern

Above = Sequence[tuple[str, str]]
"""Tables and those that they are partitions or children of, by their names in SQL."""

_NAME = r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)'
_TABLE = pattern(rf"({_NAME})\.{_NAME}")
_TABLES = pattern(rf"{_NAME}\.{_NAME}")
_READ = pattern(rf"\bFROM (?:ONLY )?({_TABLES.pattern})", re.IGNORECASE)
_ALTER = pattern(rf"ALTER TABLE (?:ONLY )?({_TABLES.pattern}) (.*)\Z", re.DOTALL)
_WRITES = pattern(r"(?:UPDATE|INSERT|DELETE|WITH|DO)\s")
_MAKES = pattern(rf"CREATE (?:UNLOGGED )?(?:TABLE|MATERIALIZED VIEW) ({_TABLES.pattern})")
_OF_COLUMN = pattern(
    rf"(?:ADD COLUMN|DROP COLUMN|ALTER COLUMN) ({_NAME})(?=\s|\Z)(?! (?:SET|DROP) (?!EXPRESSION))"
    rf"|RENAME COLUMN ({_NAME}) TO ({_NAME})"
)
_OF_PARTS = pattern(r"(ATTACH|DETACH) PARTITION |(?:NO )?INHERIT ")
_OF_NAME = pattern(rf"RENAME TO ({_NAME})|SET SCHEMA ")
_CALM = pattern(
    r"(?:ADD|DROP|ALTER|RENAME|VALIDATE) CONSTRAINT |ALTER COLUMN |(?:RE)?SET \(|CLUSTER ON|OWNER TO|REPLICA IDENTITY"
    r"|SET (?:UNLOGGED|LOGGED|TABLESPACE|ACCESS METHOD|WITHOUT CLUSTER)|(?:ENABLE|DISABLE|FORCE|NO FORCE) |(?:NOT )?OF"
)
_OF_RIGHTS = ("LOCK ", "GRANT ", "REVOKE ", "COMMENT ")
_IN_EXPRESSIONS = frozenset(
    "aggregate attribute base_type cast collation composite_type domain enum extension function language operator"
    " operator_class operator_family procedure range_type schema shell_type".split()
)
"""Kinds that expressions are made of; all others are no part of one, or come by way of a table."""


def still_empty(steps: Sequence[Step]) -> set[int]:
    """The numbers of steps about a table that the plan has made and no step before has brought rows to."""
    made, found = set[str](), set[int]()
    for number, step in enumerate(steps):
        if dotted(*step.address.path[:2]) in made:
            found.add(number)
        sql = step.statement.sql
        if _is_new(step):
            made.add(dotted(*step.address.path))
        if _is_raw(step):
            made.clear()
        if made and _WRITES.match(sql):
            made -= set(_TABLES.findall(sql))
        made -= _gaining(sql)
    return found


def unsettled(steps: Sequence[Step], asked: Set[int], above: Above) -> set[int]:
    """The numbers of those steps, of some, whose probes may find something else once the steps before are done than
    they do before the plan. above: of the live database."""
    found, changes = set[int](), list[_Changed]()
    for number, step in enumerate(steps):
        if number in asked and any(change.concerns(step) for change in changes):
            found.add(number)
        changes += _changed(step, above)
    return found


@dataclass(frozen=True, slots=True)
class _Changed:
    """What a step makes another. tables: questions that read one of these may have another answer; None for all. names:
    those that mention one of these, if there are any. place: the rows stay the same, under another name. carried: the
    type for which it only keeps values, of which questions are asked as they are before."""

    tables: Set[str] | None
    names: tuple[str, ...] = ()
    place: bool = False
    carried: Address | None = None

    def concerns(self, step: Step) -> bool:
        """Whether the probe of a later step may have another answer by then."""
        # Rows that are copied into a table made anew are those that the old one has, whatever it is called by then.
        if self.place and step.statement.sql.startswith("INSERT "):
            return False
        if self.carried == step.address:
            return False
        probe = step.statement.probe
        if self.tables is not None and self.tables.isdisjoint(t for text in probe for t in _READ.findall(text)):
            return False
        return not self.names or any(_mentions(text, name) for text in probe for name in self.names)


def _changed(step: Step, above: Above) -> Iterator[_Changed]:
    sql, path = step.statement.sql, step.address.path
    if _is_raw(step):
        yield _Changed(None)
    elif _WRITES.match(sql):
        yield _Changed(_family(_TABLES.findall(sql), above))
    elif made := _MAKES.match(sql):
        # An empty part leaves the rows of the whole as they are.
        if not (_is_new(step) and " PARTITION OF " in sql):
            yield _Changed({made[1]}, place=True)
    elif altered := _ALTER.match(sql):
        yield from _altered(step, altered[1], altered[2], above)
    elif step.address.kind in _IN_EXPRESSIONS and not sql.startswith(_OF_RIGHTS):
        yield _Changed(None, (ident(path[1] if len(path) > 1 else path[0]),), carried=step.address)


def _altered(step: Step, table: str, action: str, above: Above) -> Iterator[_Changed]:
    if column := _OF_COLUMN.match(action):
        carried = step.address if step.address.kind in _IN_EXPRESSIONS else None
        yield _Changed(_family([table], above), tuple(filter(None, column.groups())), carried=carried)
    elif _CALM.match(action):
        return
    elif gaining := _gaining(step.statement.sql):
        yield _Changed(_over(gaining, above), place=True)
    elif named := _OF_NAME.match(action):
        schema = _TABLE.match(table)
        new = f"{schema[1]}.{named[1]}" if named[1] and schema else table
        yield _Changed({table, new, dotted(*step.address.path)}, place=True)
    else:
        yield _Changed({table})


def _gaining(sql: str) -> set[str]:
    """The tables that have other parts or children after a statement."""
    altered = _ALTER.match(sql)
    parts = _OF_PARTS.match(altered[2]) if altered else None
    if altered is None or parts is None:
        return set()
    return {altered[1]} if parts[1] else set(_TABLES.findall(altered[2]))


def _is_new(step: Step) -> bool:
    return step.action is Action.CREATE and _MAKES.match(step.statement.sql) is not None


def _is_raw(step: Step) -> bool:
    """Whether it runs SQL that the user wrote, in which names are written as they like."""
    return any(hazard.code == codes.RAW_STEP for hazard in step.statement.hazards)


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", text) is not None


def _over(tables: Iterable[str], above: Above) -> set[str]:
    """The tables and those above them."""
    found = set(tables)
    while more := {upper for lower, upper in above if lower in found} - found:
        found |= more
    return found


def _family(tables: Iterable[str], above: Above) -> set[str]:
    """The tables with those above and below them."""
    tables = set(tables)
    return _over(tables, above) | _over(tables, [(upper, lower) for lower, upper in above])
