"""An index of a table in use: built beside under a name of its own, and given its name once it is there, so that what
is half done is never taken for it; one that it replaces serves until then. PostgreSQL docs, CREATE INDEX, section
Building Indexes Concurrently, and DROP INDEX."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from faberdb.model import Address, Hazard, Object, Risk, Statement, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.names import dotted, ident, literal, marked

NEW, OLD = "__faberdb_new", "__faberdb_old"
"""What follows the name of an index that is not yet, or no more, what its name says."""
HALF_DONE = "c.relname ~ '__faberdb_(new|old)$' and not (x.indisvalid and x.indisready and x.indislive)"
"""Condition on pg_class c and pg_index x: left by a build or a drop that did not come to its end. No query uses it, and
no declaration asks for it, so it is no object of the catalogue, and whoever applies something takes it away."""

_BUILT = Hazard(
    codes.BUILT_BESIDE,
    "it takes longer than a build at once, and waits for transactions that are older than it",
    in_use=True,
)
_LATER = Hazard(codes.BUILT_BESIDE, "what came before it is committed by then, and rows that are alike stop it")


def set_apart(obj: Object, end: str) -> Object:
    """The index under the name that it has before, or after, it is what its name says."""
    name = marked(obj.address.path[-1], end)
    return obj._replace(address=Address(obj.address.kind, (*obj.address.path[:-1], name)))


def is_beside(obj: Object, work: Work) -> bool:
    """Whether an index or key that is wanted is built while the table is in use. One that replaces another is, if that
    can stay as long: all that it stands on does, and nothing of others stands on it."""
    if obj.parent is None or not work.online(obj.parent) or not _by_itself(obj, work.after(obj.parent)):
        return False
    before = work.before(obj.address)
    if before is not None and obj.parent.kind == "materialized_view":
        return False  # that may be made anew with all its indexes
    if any(end(set_apart(obj, NEW).address) is not None for end in (work.before, work.after)):
        return False  # somebody has an index of that name
    # While the new one is built it refuses at once what one that is deferrable refuses at the end of a transaction.
    if before is not None and before.attributes.get("deferrable"):
        return False
    return before is None or (
        before.parent == obj.parent and _by_itself(before, work.before(obj.parent)) and _stays(before, work)
    )


def goes_beside(obj: Object, work: Work) -> bool:
    """Whether an index that is not wanted any more is dropped while the table is in use: not one that goes with what it
    stands on."""
    table = obj.parent
    if table is None or table.kind != "table" or work.after(table) is None or not work.online(table):
        return False
    return _by_itself(obj, work.before(table)) and _stays(obj, work)


def _by_itself(obj: Object, table: Object | None) -> bool:
    """Not one that partitions have a part in, which the server neither builds nor drops CONCURRENTLY."""
    apart = {"attached_to", "only", "without_overlaps"} & obj.attributes.keys()
    return table is not None and not apart and "partition_by" not in table.attributes


def _stays(obj: Object, work: Work) -> bool:
    """Whether an index can be there as long as its table: its columns, and what else it stands on, stay as they are."""
    for address in obj.references:
        before, after = work.before(address), work.after(address)
        if address != obj.parent and (before is None or after is None or before.attributes != after.attributes):
            return False
    return all(other.parent == obj.address for other in work.referrers(obj.address, after=False))


def built(obj: Object, sql: str, probe: tuple[str, ...]) -> Statement:
    """sql: what builds it, under the name that it has until it is built."""
    hazards = (_BUILT, _LATER) if probe else (_BUILT,)
    return Statement(
        sql, Risk.CAUTION, hazards, probe=probe, outside=True, afterwards=True, done_when=f"SELECT {_there(obj, NEW)}"
    )


def named(obj: Object, work: Work) -> Iterator[Statement]:
    """Gives what was built its name; one that has it so far gives it up."""
    if work.before(obj.address) is not None:
        yield _renamed(obj, obj, set_apart(obj, OLD))._replace(afterwards=True)
    yield _renamed(obj, set_apart(obj, NEW), obj)._replace(afterwards=True, joined=work.before(obj.address) is not None)


def with_that(statements: Iterable[Statement]) -> Iterator[Statement]:
    """What is said of an index in the transaction that gives it its name."""
    return (statement._replace(afterwards=True, joined=True) for statement in statements)


def given_up(obj: Object, hazards: tuple[Hazard, ...]) -> Statement:
    """From here on the index is not what its name says; queries use it until it is dropped."""
    return _renamed(obj, obj, set_apart(obj, OLD))._replace(hazards=hazards)


def dropped(obj: Object) -> Statement:
    """Drops an index that has given up its name."""
    name = _name(set_apart(obj, OLD))
    return Statement(
        f"DROP INDEX CONCURRENTLY {name}",
        Risk.CAUTION,
        outside=True,
        afterwards=True,
        done_when=f"SELECT NOT {_there(obj, OLD)}",
    )


def _there(obj: Object, end: str) -> str:
    name = literal(_name(set_apart(obj, end))).strip()
    return (
        f"EXISTS (SELECT FROM pg_catalog.pg_index WHERE indexrelid = to_regclass({name})"
        " AND indisvalid AND indisready AND indislive)"
    )


def _renamed(obj: Object, old: Object, new: Object) -> Statement:
    return Statement(f"ALTER INDEX {_name(old)} RENAME TO {ident(new.address.path[-1])}", Risk.CAUTION)


def _name(obj: Object) -> str:
    return dotted(obj.address.path[0], obj.address.path[-1])
