"""From when on something about a database is amiss: [health] of faberdb.toml, as users write it and as values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from faberdb.config.table import Duration, Table, seconds
from faberdb.model import Threshold, Thresholds

_UNITS = {"kB": 1024, "MB": 1024**2, "GB": 1024**3, "TB": 1024**4}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(kB|MB|GB|TB)\Z")


def size(text: str) -> float:
    """`500kB`, `100MB`, `1GB` or `2TB` in bytes, as PostgreSQL reads them; raises ValueError for anything else."""
    match = _SIZE.match(text)
    if match is None:
        raise ValueError('write a size with its unit: "500kB", "100MB", "1GB", "2TB"')
    return float(match[1]) * _UNITS[match[2]]


def _size(text: str) -> str:
    size(text)
    return text


Size = Annotated[str, AfterValidator(_size), Field(json_schema_extra={"pattern": r"^\d+(\.\d+)?\s*(kB|MB|GB|TB)$"})]
Share = Annotated[float, Field(gt=0, le=1)]


class DurationThreshold(Table):
    """How long something may last. What is not written stays as it is."""

    warning: Duration | None = None
    """From when on it is a warning."""
    critical: Duration | None = None
    """From when on it is critical."""


class SizeThreshold(Table):
    """How large something may be, in kB, MB, GB or TB. What is not written stays as it is."""

    warning: Size | None = None
    """From when on it is a warning."""
    critical: Size | None = None
    """From when on it is critical."""


class ShareThreshold(Table):
    """What share of something may be used, from 0 to 1. What is not written stays as it is."""

    warning: Share | None = None
    """From when on it is a warning."""
    critical: Share | None = None
    """From when on it is critical."""


class ShareWarning(Table):
    """What share of something may be used, from 0 to 1, where that is never critical."""

    warning: Share | None = None
    """From when on it is a warning."""


class HealthTable(Table):
    """From when on `faberdb health` calls something a warning, or critical."""

    latency: DurationThreshold = DurationThreshold.model_construct(warning="200ms", critical="2s")
    """How long one round trip to the server takes."""
    replication_lag: DurationThreshold = DurationThreshold.model_construct(warning="30s", critical="5min")
    """How far a standby is behind, in time."""
    replication_lag_bytes: SizeThreshold = SizeThreshold.model_construct(warning="100MB", critical="1GB")
    """How far a standby is behind, in write-ahead log."""
    replication_slots: SizeThreshold = SizeThreshold.model_construct(warning="1GB", critical="10GB")
    """How much write-ahead log a replication slot keeps. A slot that nobody reads is a warning at least."""
    long_transactions: DurationThreshold = DurationThreshold.model_construct(warning="5min", critical="1h")
    """How long a transaction is open."""
    idle_in_transaction: DurationThreshold = DurationThreshold.model_construct(warning="1min", critical="30min")
    """How long a session does nothing in an open transaction."""
    lock_waits: DurationThreshold = DurationThreshold.model_construct(warning="5s", critical="1min")
    """How long a session waits for a lock."""
    prepared_transactions: DurationThreshold = DurationThreshold.model_construct(warning="5min", critical="1h")
    """How old a prepared transaction is."""
    connections: ShareThreshold = ShareThreshold.model_construct(warning=0.8, critical=0.95)
    """What share of the connections that are open to every role is in use."""
    sequences: ShareThreshold = ShareThreshold.model_construct(warning=0.75, critical=0.9)
    """What share of its values a sequence has given, up to its own end or that of the column it is for."""
    wraparound: ShareThreshold = ShareThreshold.model_construct(warning=0.4, critical=0.7)
    """How old the oldest transaction id, or multixact id, is as a share of all there are (2^31)."""
    dead_rows: ShareWarning = ShareWarning.model_construct(warning=0.3)
    """What share of the rows of a table is dead, as its statistics tell; never critical."""
    disk: ShareThreshold = ShareThreshold.model_construct(warning=0.85, critical=0.95)
    """What share of the disk with the server's data is used, where less than 10 GB are free and that can be seen."""
    backup_age: DurationThreshold = DurationThreshold.model_construct(warning="26h", critical="168h")
    """How old the last verified backup is, where backups are taken."""


_WORTH: tuple[tuple[type[Table], Callable[[Any], float]], ...] = (
    (DurationThreshold, seconds),
    (SizeThreshold, size),
    (ShareThreshold, float),
    (ShareWarning, float),
)


def thresholds(table: HealthTable) -> Thresholds:
    """The thresholds by their keys, with the defaults filled in."""
    return {name: _threshold(name, getattr(table, name)) for name in HealthTable.model_fields}


def contradictions(table: HealthTable) -> Iterator[tuple[str, str]]:
    """The keys whose values contradict each other, and how."""
    for name, found in thresholds(table).items():
        if found.critical is not None and found.critical < found.warning:
            yield name, f"`critical` is below `warning` ({found.said}); write both, the lower one as `warning`"


def _threshold(name: str, written: Table) -> Threshold:
    usual = HealthTable.model_fields[name].default

    def value(key: str) -> Any:
        own = getattr(written, key, None)
        return getattr(usual, key, None) if own is None else own

    warning, critical = value("warning"), value("critical")
    worth = next(worth for kind, worth in _WORTH if isinstance(written, kind))
    said = f"warning from {_said(warning)}" + (f", critical from {_said(critical)}" if critical is not None else "")
    return Threshold(worth(warning), None if critical is None else worth(critical), said)


def _said(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value * 100:g} %"
