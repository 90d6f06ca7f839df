"""Plans, states and their parts, drawn by hypothesis: everything that the documents must be able to hold."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeVar

from hypothesis import strategies as st

from faberdb.model import (
    Action,
    Address,
    CarriedRows,
    Change,
    Effects,
    Estimate,
    Hazard,
    Kept,
    KeptBytes,
    LiveRows,
    Lock,
    Object,
    Risk,
    Statement,
    Step,
    Unmanaged,
)
from faberdb.plan.document import Difference, Evidence, Plan
from faberdb.plan.state import Record, State

T = TypeVar("T")


def built(made: type[T], *args: st.SearchStrategy[Any], **given: st.SearchStrategy[Any]) -> st.SearchStrategy[T]:
    """Values of a class whose other fields have their defaults, which hypothesis would draw for named tuples."""
    fields, defaults = getattr(made, "_fields", ()), getattr(made, "_field_defaults", {})
    rest = {name: st.just(value) for name, value in defaults.items() if name in fields[len(args) :]}
    return st.builds(made, *args, **{**rest, **given})


TEXTS = st.one_of(st.sampled_from(["", "a", "Größe → ÿ", '\u2028\n\t"', "\x00"]), st.text(max_size=4))
NAMES = st.one_of(
    st.sampled_from(["public", "customer", "email", "a.b", 'quo"te', "Größe", "x y", ":", "a\nb"]),
    st.text(min_size=1, max_size=3),
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXTS)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=2), max_leaves=3
)
ATTRIBUTES = st.dictionaries(TEXTS, VALUES, max_size=2)
TIMES = st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat)
HASHES = st.integers(0, 2**64).map("sha256:{:064x}".format)
IDENTITIES = st.dictionaries(TEXTS, st.one_of(TEXTS, st.integers(), st.none()), max_size=3)

ADDRESSES = built(
    Address, st.sampled_from(["table", "column", "foreign_key"]), st.lists(NAMES, min_size=1, max_size=3).map(tuple)
)
OBJECTS = built(
    Object,
    ADDRESSES,
    ATTRIBUTES,
    st.none() | ADDRESSES,
    st.frozensets(ADDRESSES, max_size=2),
    hints=st.dictionaries(TEXTS, TEXTS, max_size=2),
)
OPTIONAL = st.none() | OBJECTS
# What only planning needs is not in the documents: what a change disturbs and touches, how a step came by its
# transaction, and a scope, because steps run with an empty search path.
CHANGES = built(Change, ADDRESSES, st.sampled_from(Action), OPTIONAL, OPTIONAL, TEXTS)
STATEMENTS = built(
    Statement,
    TEXTS,
    st.sampled_from(Risk),
    st.lists(built(Hazard, TEXTS, TEXTS), max_size=2).map(tuple),
    outside=st.booleans(),
    done_when=TEXTS,
    probe=st.lists(TEXTS, max_size=2).map(tuple),
    beside=st.lists(ADDRESSES, max_size=2).map(tuple),
)
EFFECTS = built(
    Effects,
    st.lists(built(Lock, TEXTS, TEXTS), max_size=2).map(tuple),
    st.lists(TEXTS, max_size=2).map(tuple),
    st.lists(TEXTS, max_size=2).map(tuple),
)
ESTIMATES = built(
    Estimate,
    st.sampled_from(["reads", "rewrites"]),
    st.lists(TEXTS, max_size=4).map(tuple),
    st.none() | st.integers(0),
    st.integers(0),
    st.integers(0),
    st.integers(0),
    TEXTS,
)
STEPS = built(
    Step,
    TEXTS,
    ADDRESSES,
    st.sampled_from(Action),
    STATEMENTS,
    st.integers(1, 9),
    st.lists(TEXTS, max_size=2).map(tuple),
    effects=st.none() | EFFECTS,
    estimate=st.none() | ESTIMATES,
    live=st.none() | built(LiveRows, st.integers(0), st.booleans()) | built(LiveRows, unchecked=TEXTS),
)
KEPT = built(
    Kept,
    ADDRESSES,
    st.sampled_from(["moved", "values"]),
    TEXTS,
    st.lists(ADDRESSES, max_size=2).map(tuple),
    st.dictionaries(TEXTS, st.lists(TEXTS, max_size=2), max_size=2),
)
DIFFERENCES = built(Difference, ADDRESSES, OPTIONAL, OPTIONAL)
RENAMES = st.tuples(OBJECTS, OBJECTS)


def few(values: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    return st.one_of(st.just(()), st.tuples(values), st.tuples(values, values))


CARRIED_ROWS = built(
    CarriedRows,
    st.integers(0, 9),
    st.integers(0, 99),
    st.booleans(),
    st.booleans(),
    st.dictionaries(TEXTS, TEXTS, max_size=2),
    st.dictionaries(TEXTS, TEXTS, max_size=2),
    st.lists(TEXTS, max_size=2).map(tuple),
)

PLANS = built(
    Plan,
    plan_id=TEXTS,
    kind=st.sampled_from(["apply", "rollback"]),
    of_plan=TEXTS,
    created_at=TIMES,
    expires_at=TIMES,
    environment=TEXTS,
    database=IDENTITIES,
    server_version=st.integers(10, 20),
    from_fingerprint=HASHES,
    to_fingerprint=HASHES,
    lineage=TEXTS,
    state_serial=st.integers(0),
    changes=few(CHANGES),
    renames=few(RENAMES),
    differences=few(DIFFERENCES),
    steps=few(STEPS),
    rollback=few(STEPS),
    kept=few(KEPT),
    proof=st.none()
    | built(
        Evidence, TEXTS, st.sampled_from(["full", "closure"]), st.booleans(), st.booleans(), st.none() | CARRIED_ROWS
    ),
    unmanaged=few(built(Unmanaged, TEXTS, TEXTS, TEXTS)),
    digests=st.dictionaries(ADDRESSES, HASHES, max_size=3),
    drift=few(CHANGES),
    kept_bytes=st.none() | built(KeptBytes, bytes=st.integers(0), estimated=st.integers(0)),
).map(lambda plan: plan if plan.kept else plan._replace(kept_bytes=None))
RECORDS = built(
    Record,
    plan_id=TEXTS,
    kind=st.sampled_from(["apply", "rollback"]),
    of_plan=TEXTS,
    applied_at=TIMES,
    holder=TEXTS,
    from_fingerprint=HASHES,
    to_fingerprint=HASHES,
    differences=few(DIFFERENCES),
    renames=few(RENAMES),
    kept=few(KEPT),
    summary=st.dictionaries(TEXTS, st.integers(0), max_size=2),
)
STATES = built(
    State,
    lineage=TEXTS,
    serial=st.integers(0),
    environment=TEXTS,
    database=IDENTITIES,
    fingerprint=HASHES,
    objects=st.lists(OBJECTS, max_size=4).map(lambda objects: {obj.address: obj for obj in objects}),
    declared=st.dictionaries(ADDRESSES, HASHES, max_size=3),
    applied=few(RECORDS),
)
