"""How much the steps of a plan have to do, how long that takes and how much disk: from what they were measured to do,
and from how large that is in the live database.

What a step does to rows beyond scans and rewrites, the hazards of its kind say: values are copied, rows are updated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from faberdb.model import Action, Estimate, Kept, KeptBytes, Step, rounded
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.live.sizes import Size
from faberdb_providers.postgres.names import dotted

MB = 1024 * 1024
READ, REWRITTEN, COPIED, BUILT, UPDATED = 400, 30, 70, 40, 20
"""MB a second, rounded from what `python -m tests.benchmarks.throughput` printed on a small server that had other work
to do; reading is taken for half as fast as it was there, where all was in memory."""
ENTRY = 32
"""Bytes for each row that a new index is taken for; a number or a date takes about 20, a text more."""
SHARE = 5
"""Of a table whose rows nobody has counted a new index is taken for one in so many bytes."""
LEAST = MB
"""What works on less than this has no estimate: it is done before anybody notices."""
INDEXED = frozenset(("index", "primary_key", "unique", "exclusion"))
"""Kinds of which each makes an index."""
_COPIES = frozenset((codes.VALUES_COPIED, codes.ROWS_COPIED))
_VALUES = frozenset((codes.VALUES_COPIED, codes.KEPT_BESIDE))
_UPDATES = frozenset((codes.BACKFILL_UNDER_A_LOCK, codes.VALUES_GIVEN_BACK))


class _Work(NamedTuple):
    """What one step does: reads from end to end, copies, updates each row of, rewrites; built: the indexes that get new
    files, indexed: the tables that get one more."""

    scans: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    updates: tuple[str, ...] = ()
    rewrites: tuple[str, ...] = ()
    built: tuple[str, ...] = ()
    indexed: tuple[str, ...] = ()

    @property
    def named(self) -> tuple[str, ...]:
        return (*self.scans, *self.copies, *self.updates, *self.rewrites, *self.built, *self.indexed)


def worked_on(steps: Iterable[Step]) -> frozenset[str]:
    """The relations whose size decides how much the steps have to do, as the plan calls them."""
    return frozenset(label for step in steps for label in _work(step).named)


def estimated(steps: Sequence[Step], sizes: Mapping[str, Size]) -> tuple[Step, ...]:
    """The steps with their estimates. sizes: of those relations that are there, as the plan calls them."""
    return tuple(step._replace(estimate=_estimate(_work(step), sizes)) for step in steps)


def kept_names(kept: Iterable[Kept]) -> frozenset[str]:
    """The tables that go to quarantine as they are, as SQL spells them. One that goes inside another (a partition) has
    files of its own."""
    there = {a for k in kept if k.form == "moved" for a in (k.address, *k.carries)}
    return frozenset(dotted(*address.path) for address in there if address.kind == "table")


def kept_bytes(
    kept: Sequence[Kept], steps: Iterable[Step], moved: Iterable[Size], sizes: Mapping[str, Size]
) -> KeptBytes | None:
    """How much a plan puts in quarantine. moved: of the tables that go there; sizes: as for `estimated`."""
    if not kept:
        return None
    copies = [_work(step).copies for step in steps if any(h.code in _VALUES for h in step.statement.hazards)]
    copied = sum(_bytes(labels, sizes) for labels in copies)
    whole = copied + sum(size.bytes + size.indexes for size in moved)
    return KeptBytes(*(rounded(size) if size >= LEAST else 0 for size in (whole, copied)))


def _work(step: Step) -> _Work:
    hazards = {hazard.code for hazard in step.statement.hazards}
    own = f"table {dotted(*step.address.path[:2])}"
    makes_index = step.address.kind in INDEXED and step.action is not Action.DROP
    if step.statement.batches is not None:  # what is measured of a part is not what all of them have to do
        return _Work(copies=(own,)) if codes.KEPT_BESIDE in hazards else _Work(updates=(own,))
    if step.effects is None:
        return _Work(indexed=(own,)) if makes_index and step.statement.outside else _Work()
    scans = step.effects.scans
    if hazards & _UPDATES:
        return _Work(updates=tuple(dict.fromkeys((own, *scans))))
    if hazards & _COPIES:
        return _Work(copies=scans)
    if codes.KEPT_BESIDE in hazards:
        return _Work()
    built = tuple(label for label in step.effects.rewrites if label.startswith("index "))
    rewrites = tuple(label for label in step.effects.rewrites if label not in built)
    if rewrites or built:
        return _Work(tuple(label for label in scans if label not in rewrites), rewrites=rewrites, built=built)
    return _Work(indexed=scans) if makes_index else _Work(scans)


def _estimate(work: _Work, sizes: Mapping[str, Size]) -> Estimate | None:
    """None where it works on nothing that is there, or on next to nothing."""
    verb, main, basis = _said(work, sizes)
    there = sorted((label for label in main if label in sizes), key=lambda label: (-sizes[label].bytes, label))
    size = _bytes(there, sizes)
    if size < LEAST:
        return None
    counted = [rows for label in there if (rows := sizes[label].rows) is not None]
    seconds, disk = _costs(work, sizes)
    return Estimate(
        verb,
        tuple(there),
        rounded(sum(counted)) if len(counted) == len(there) else None,
        rounded(size),
        rounded(int(seconds), 1),
        rounded(disk),
        basis,
    )


def _said(work: _Work, sizes: Mapping[str, Size]) -> tuple[str, Sequence[str], str]:
    """What the step does in words, to what first of all, and what its seconds and disk rest on."""
    if work.updates:
        return "updates", work.updates, f"each row written anew, with all its index entries, at {UPDATED} MB/s"
    if work.copies:
        return "copies from", work.copies, f"at {COPIED} MB/s, the copy taken for as large as all of it"
    if work.rewrites or work.built:
        return "rewrites", work.rewrites or work.built, f"at {REWRITTEN} MB/s, and its indexes built at {BUILT} MB/s"
    if work.indexed:
        counted = all(sizes[label].rows is not None for label in work.indexed if label in sizes)
        taken = f"{ENTRY} bytes a row" if counted else "a fifth of the table, whose rows nobody has counted,"
        basis = f"read at {READ} MB/s, the index taken for {taken} and built at {BUILT} MB/s"
        return "builds an index over", work.indexed, basis
    return "reads", work.scans, f"at {READ} MB/s"


def _costs(work: _Work, sizes: Mapping[str, Size]) -> tuple[float, int]:
    """Seconds, and the bytes of disk that are needed besides while the transaction is open."""
    read, rewritten, copied, built = (
        _bytes(labels, sizes) for labels in ((*work.scans, *work.indexed), work.rewrites, work.copies, work.built)
    )
    updated = sum(sizes[label].bytes + sizes[label].indexes for label in work.updates if label in sizes)
    new = sum(_new_index(sizes[label]) for label in work.indexed if label in sizes)
    parts = (
        (read, READ),
        (rewritten, REWRITTEN),
        (copied, COPIED),
        (built + new, BUILT),
        (updated, UPDATED),
    )
    # What is sorted for an index lies in temporary files as large as the index.
    return sum(size / speed for size, speed in parts) / MB, rewritten + copied + updated + 2 * (built + new)


def _new_index(table: Size) -> int:
    return table.bytes // SHARE if table.rows is None else min(table.rows * ENTRY, table.bytes)


def _bytes(labels: Iterable[str], sizes: Mapping[str, Size]) -> int:
    return sum(sizes[label].bytes for label in labels if label in sizes)
