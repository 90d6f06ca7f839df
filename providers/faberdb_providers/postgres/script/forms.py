"""Hazards that a statement has by its form, as far as it has them for what was there before, and what the server says
of one that it refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator

import psycopg

from faberdb.model import Hazard
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.pattern import pattern
from faberdb_providers.postgres.refusal import words
from faberdb_providers.postgres.script.discipline import Ran
from faberdb_providers.postgres.statements.rows import block_writes_all_rows, writes_all_rows
from faberdb_providers.postgres.statements.shape import Shape

_ALL_ROWS = {
    codes.ALL_ROWS_DELETED: "all rows are deleted: it says of none that it stays",
    codes.ALL_ROWS_UPDATED: "every row is written and stays locked until the commit",
}
_MERGED = {
    codes.ALL_ROWS_DELETED: "every row is deleted that it finds, or that its source does not have: it says of none"
    " that it stays",
    codes.ALL_ROWS_UPDATED: "every row that it finds, or that its source does not have, is written and stays locked"
    " until the commit",
}

_REPLICA = pattern(r"\bsession_replication_role\b[\"']?\s*(?:=|\bto\b|,)\s*[\"']?replica\b", re.IGNORECASE)
_SET_TO = pattern(r"\bsetval\s*\(\s*'[^']*'\s*(?:::\s*\w+\s*)?,\s*\d", re.IGNORECASE)
"""A number that is written there; one that is asked of a table is past the values in use."""


def hazards_of_form(ran: Ran) -> Iterator[Hazard]:
    """What the words of a statement tell. Nothing is said of relations that the files have made."""
    shape, blocked_long = ran.shape, sorted(ran.blocked.intersection(ran.long))
    where = ", ".join(r for r in ran.long if not r.startswith("index ")) or ", ".join(ran.long)
    if shape.is_("truncates") and ran.effects.rewrites:
        yield Hazard(codes.TRUNCATE, f"all rows are gone: {where}")
    if ran.effects.scans and (code := _all_rows(shape, ran.statement.sql)):
        yield Hazard(code, (_MERGED if shape.is_("merges") else _ALL_ROWS)[code])
    if shape.is_("reindexes") and blocked_long and not shape.is_("concurrently"):
        yield Hazard(codes.REINDEX, f"writes wait, and most reads, while indexes are built anew: {where}")
    if shape.is_("rewrites"):
        yield Hazard(codes.REWRITE_COMMAND, f"nobody can use it until all is copied{': ' if where else ''}{where}")
    if shape.is_("refreshes") and ran.effects.rewrites:
        yield Hazard(codes.REFRESH, f"its readers wait while its query runs: {where}")
    if shape.is_("renames_value"):
        yield Hazard(codes.VALUE_RENAMED, "queries that name the old value fail from the moment this commits")
    if shape.is_("loses_proof") and blocked_long:
        what = "what proved that no value is missing is dropped first, so all rows are read under the lock"
        yield Hazard(codes.NOT_NULL_LOSES_PROOF, what)
    if shape.is_("key_of_index") and blocked_long:
        yield Hazard(codes.KEY_OVER_NULLS, "a column of it may be null, so all rows are read under the lock")
    yield from _built_beside(ran)
    yield from _not_enforced(ran)
    sequences = [lock.relation for lock in ran.effects.locks if lock.relation.startswith("sequence ")]
    if sequences and (shape.is_("restarts") or (shape.is_("calls") and _SET_TO.search(ran.statement.sql))):
        what = f"numbers that were given already come again where it lies behind them: {', '.join(sequences)}"
        yield Hazard(codes.SEQUENCE_SET, what)


def _not_enforced(ran: Ran) -> Iterator[Hazard]:
    tables = sorted(r for r in ran.blocked if r.startswith("table "))
    if ran.shape.is_("disables_triggers") and tables:
        what = "rows that are written until triggers are enabled again are not held to foreign keys, and never will be"
        yield Hazard(codes.NOT_ENFORCED, what)
    if ran.shape.is_("sets") and _REPLICA.search(ran.statement.sql):
        what = "rows that are written while it holds are not held to foreign keys, and never will be; no trigger fires"
        yield Hazard(codes.NOT_ENFORCED, what)


def _all_rows(shape: Shape, sql: str) -> str:
    """The code of the hazard of a statement that writes all rows of a table; empty for any other."""
    if shape.is_("does"):
        return block_writes_all_rows(sql)
    writes = any(map(shape.is_, ("writes_rows", "stores_rows"))) or sql.startswith("(")
    return writes_all_rows(sql) if writes else ""


def _built_beside(ran: Ran) -> Iterator[Hazard]:
    if ran.shape.is_("builds_if_missing"):
        what = "an index that an earlier attempt left behind, not valid, has the name too, and then this does nothing"
        yield Hazard(codes.INDEX_LEFT_INVALID, what)
    elif ran.shape.is_("builds_beside") and ran.timeouts:
        limit = " and ".join(sorted(ran.timeouts))
        yield Hazard(codes.INDEX_LEFT_INVALID, f"{limit} may end the build, and leave an index that is not valid")


def refusal_hazard(shape: Shape, error: psycopg.Error, *, inside: bool) -> Hazard:
    """What is to be said of a statement that the server refuses, in its own words where they are best. inside: whether
    a transaction was open."""
    if isinstance(error, psycopg.errors.ActiveSqlTransaction) and inside and shape.is_("concurrently"):
        what = "the server refuses it inside of a transaction, and takes back what was done in that"
        return Hazard(codes.CONCURRENTLY_IN_TRANSACTION, what)
    said = " ".join(words(error, no_rows=not shape.is_("confides"), of_file=True))
    unsupported = isinstance(error, psycopg.errors.FeatureNotSupported | psycopg.errors.WrongObjectType)
    if unsupported and shape.is_("concurrently"):
        return Hazard(codes.CONCURRENTLY_ON_PARTITIONED, said)
    if unsupported and shape.is_("foreign_key_not_valid"):
        return Hazard(codes.NOT_VALID_ON_PARTITIONED, said)
    return Hazard(codes.REFUSED, said)
