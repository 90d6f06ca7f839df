"""Maintenance windows: when the changes of an environment may begin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from faberdb.errors import RefusedError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FORM = (
    'write days, hours and time zone: "mon-fri 22:00-04:00 Europe/Berlin", "sat,sun 00:00-24:00 UTC", "02:00-05:00 UTC"'
)
_WINDOW = re.compile(r"(?:(\S+)\s+)?(\d{2}):(\d{2})-(\d{2}):(\d{2})\s+(\S+)\Z")
_MIDNIGHT = 24 * 60


class Window(NamedTuple):
    """Hours of the week. days: those on which it opens, Monday is 0. opens, closes: minutes since midnight by the clock
    of its zone; one that closes earlier than it opens closes on the next day."""

    text: str
    days: frozenset[int]
    opens: int
    closes: int
    zone: tzinfo

    def around(self, day: date) -> tuple[datetime, datetime]:
        """When it would open and close that opens on this day, in UTC."""
        until = day + timedelta(days=1) if self.closes <= self.opens else day
        return self._moment(day, self.opens), self._moment(until, self.closes)

    def _moment(self, day: date, minutes: int) -> datetime:
        if minutes == _MIDNIGHT:
            day, minutes = day + timedelta(days=1), 0
        return datetime.combine(day, time(*divmod(minutes, 60)), self.zone).astimezone(UTC)


def parse(text: str) -> Window:
    """A window as it is written in faberdb.toml. Raises ValueError that says how one is written."""
    match = _WINDOW.match(text.strip())
    if match is None:
        raise ValueError(FORM)
    opens, closes = (60 * int(match[n]) + int(match[n + 1]) for n in (2, 4))
    if int(match[3]) > 59 or int(match[5]) > 59 or opens >= _MIDNIGHT or closes > _MIDNIGHT:
        raise ValueError(f"there is no such time; hours go from 00:00 to 24:00: {FORM}")
    if opens == closes:
        raise ValueError("it closes when it opens; a whole day is 00:00-24:00")
    return Window(" ".join(text.split()), _days(match[1]), opens, closes, _zone(match[6]))


def _days(text: str | None) -> frozenset[int]:
    if text is None:
        return frozenset(range(7))
    found: set[int] = set()
    for part in text.lower().split(","):
        first, dash, last = part.partition("-")
        if first not in DAYS or (dash and last not in DAYS):
            raise ValueError(f"{part!r} is no day of the week, nor a range of them ({', '.join(DAYS)}): {FORM}")
        begin = DAYS.index(first)
        length = (DAYS.index(last) - begin) % 7 if dash else 0
        found.update((begin + n) % 7 for n in range(length + 1))
    return frozenset(found)


def _zone(name: str) -> tzinfo:
    if name == "UTC":  # known everywhere, unlike the others on a machine without the time zone database
        return UTC
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            f"{name!r} is no time zone that this machine knows; write one as in Europe/Berlin, or UTC (where all are"
            " missing, install the package tzdata)"
        ) from None


def is_open(windows: Sequence[Window], now: datetime) -> bool:
    """Whether changes may begin now; always, where there is no window at all."""
    return not windows or any(begin <= now < end for _, begin, end in _near(windows, now))


def next_opening(windows: Sequence[Window], now: datetime) -> tuple[datetime, Window]:
    """The first time after now at which a window opens, in its own zone, and that window. There must be one."""
    later = [(begin, window) for window, begin, _ in _near(windows, now) if begin > now]
    begin, window = min(later, key=lambda found: found[0])
    return begin.astimezone(window.zone), window


def _near(windows: Iterable[Window], now: datetime) -> Iterable[tuple[Window, datetime, datetime]]:
    """The openings from two days ago to those in nine days, which holds each day of the week once from now on."""
    for window in windows:
        today = now.astimezone(window.zone).date()
        for offset in range(-2, 9):
            day = today + timedelta(days=offset)
            if day.weekday() in window.days:
                yield window, *window.around(day)


def refuse_outside(environment: str, windows: Sequence[Window], now: datetime) -> None:
    """Raises RefusedError outside of all windows, naming when the next one opens."""
    if is_open(windows, now):
        return
    opens, window = next_opening(windows, now)
    zone = window.text.rsplit(" ", 1)[-1]
    raise RefusedError(
        f"environment {environment} is changed in its maintenance windows only; the next one opens"
        f" {DAYS[opens.weekday()].capitalize()} {opens:%Y-%m-%d %H:%M} {zone}, in {_length(opens - now)}",
        detail=tuple(f"window: {window.text}" for window in windows),
        advice="nothing was changed; do it then. `windows` of [safety] or"
        f" [environments.{environment}] in faberdb.toml says when that is",
    )


def _length(span: timedelta) -> str:
    minutes = -(-int(span.total_seconds()) // 60)
    days, hours = minutes // _MIDNIGHT, minutes % _MIDNIGHT // 60
    parts = (
        f"{days} d" if days else "",
        f"{hours} h" if hours else "",
        f"{minutes % 60} min" if minutes % 60 and not days else "",
    )
    return " ".join(filter(None, parts)) or "0 min"
