"""Maintenance windows: by the clock of their zone, over midnight, over the change of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from faberdb.errors import RefusedError
from faberdb.policy.windows import is_open, next_opening, parse, refuse_outside

NIGHTS = parse("mon-fri 22:00-04:00 Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "inside"),
    [
        ("2026-12-04 20:59", False),  # Friday 21:59 in Berlin
        ("2026-12-04 21:00", True),
        ("2026-12-05 02:59", True),  # the Saturday morning of Friday's window
        ("2026-12-05 03:00", False),
        ("2026-12-05 22:00", False),
        ("2026-12-07 01:00", False),  # the Monday morning belongs to Sunday, which has none
        ("2026-07-03 20:00", True),  # in summer an hour earlier
        ("2027-03-29 01:30", False),
        ("2026-10-24 02:30", False),
    ],
)
def test_a_window_is_open_by_the_clock_of_its_zone(now: str, inside: bool) -> None:
    assert is_open([NIGHTS], at(now)) is inside


def test_hours_that_the_clocks_leave_out_or_repeat() -> None:
    night = parse("sun 02:30-03:30 Europe/Berlin")
    assert is_open([night], at("2027-03-28 01:15")) is False, "02:30 is not there that day, nor is the hour after it"
    assert is_open([night], at("2026-10-25 00:30")) is True
    assert is_open([night], at("2026-10-25 02:29")) is True
    assert is_open([night], at("2026-10-25 02:30")) is False


def test_the_next_opening_is_named() -> None:
    opens, window = next_opening([NIGHTS, parse("sat,sun 00:00-24:00 UTC")], at("2026-12-03 12:00"))
    assert (opens.isoformat(), window) == ("2026-12-03T22:00:00+01:00", NIGHTS)
    with pytest.raises(RefusedError) as caught:
        refuse_outside("live", [parse("mon 06:00-07:00 Europe/Berlin")], at("2026-12-07 06:30"))
    assert "opens Mon 2026-12-14 06:00 Europe/Berlin, in 6 d 22 h" in str(caught.value)
    refuse_outside("live", [], at("2026-12-07 06:30"))
    assert is_open([parse("fri-mon 00:00-24:00 UTC")], at("2026-12-06 23:59"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mon-fri 22:00-04:00", "time zone"),
        ("mon-fry 22:00-04:00 UTC", "'mon-fry' is no day"),
        ("22:00-25:00 UTC", "no such time"),
        ("22:00-22:00 UTC", "a whole day is 00:00-24:00"),
        ("22:00-23:00 Europe/Atlantis", "no time zone"),
        ("always", "write days, hours and time zone"),
    ],
)
def test_what_is_no_window_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse(text)
