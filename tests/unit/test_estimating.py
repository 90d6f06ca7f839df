"""What steps have to do: arithmetic over what they were measured to do and how large that is."""

from __future__ import annotations

import pytest

from faberdb.model import Action, Address, Effects, Estimate, Hazard, Statement, Step, rounded
from faberdb.views import words
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.live.estimating import BUILT, COPIED, MB, READ, REWRITTEN, UPDATED, estimated, worked_on
from faberdb_providers.postgres.live.sizes import Size

COLUMN = Address("column", ("public", "customer", "email"))
INDEX = Address("index", ("public", "customer", "customer_email_idx"))
TABLE, KEY, OTHER = "table public.customer", "index public.customer_pkey", "table public.country"
SIZES = {TABLE: Size(12_000 * MB, 2_000 * MB, 34_567_890), KEY: Size(800 * MB), OTHER: Size(MB // 2, 0, 200)}


def estimate(
    effects: Effects | None,
    *hazards: str,
    address: Address = COLUMN,
    action: Action = Action.ALTER,
    outside: bool = False,
    sizes: dict[str, Size] | None = None,
) -> Estimate | None:
    statement = Statement("...", hazards=tuple(Hazard(code, "") for code in hazards), outside=outside)
    step = Step("0001", address, action, statement, 1, effects=effects)
    (found,) = estimated([step], SIZES if sizes is None else sizes)
    assert found.statement == statement
    return found.estimate


def test_a_scan_reads_the_table() -> None:
    found = estimate(Effects(scans=(OTHER, TABLE)))
    assert found is not None
    assert (found.work, found.of, found.bytes, found.rows) == (
        "reads",
        (TABLE, OTHER),
        rounded(12_000.5 * MB),
        35 * 10**6,
    )
    assert (found.seconds, found.disk) == (rounded(12_000 / READ, 1), 0)


def test_a_rewrite_writes_the_table_and_its_indexes_beside_the_old_ones() -> None:
    found = estimate(Effects(rewrites=(KEY, TABLE), scans=(TABLE,)))
    assert found is not None
    assert (found.work, found.of) == ("rewrites", (TABLE,))
    assert found.seconds == rounded(12_000 / REWRITTEN + 800 / BUILT, 1)
    assert found.disk == rounded(12_800 * MB + 800 * MB)  # and what is sorted for the index


def test_an_index_by_itself_is_rewritten_too() -> None:
    found = estimate(Effects(rewrites=(KEY,)))
    assert found is not None
    assert (found.work, found.of, found.seconds) == ("rewrites", (KEY,), rounded(800 / BUILT, 1))


@pytest.mark.parametrize("kind", ["index", "primary_key", "unique", "exclusion"])
def test_a_new_index_is_taken_for_so_much_a_row(kind: str) -> None:
    found = estimate(Effects(scans=(TABLE,)), address=Address(kind, INDEX.path), action=Action.CREATE)
    assert found is not None
    size = 34_567_890 * 32
    assert (found.work, found.of, found.disk) == ("builds an index over", (TABLE,), rounded(2 * size))
    assert found.seconds == rounded(int(12_000 / READ + size / MB / BUILT), 1)
    assert "32 bytes a row" in found.basis


def test_rows_that_nobody_has_counted_are_not_made_up() -> None:
    sizes = {TABLE: Size(1000 * MB)}
    found = estimate(Effects(scans=(TABLE,)), address=INDEX, action=Action.CREATE, sizes=sizes)
    assert found is not None
    assert (found.rows, found.disk) == (None, rounded(2 * 200 * MB))
    assert "a fifth of the table" in found.basis


def test_a_build_that_nobody_measured_reads_the_table_of_the_index() -> None:
    found = estimate(None, address=INDEX, action=Action.CREATE, outside=True)
    assert found is not None
    assert (found.work, found.of) == ("builds an index over", (TABLE,))


@pytest.mark.parametrize("code", [codes.VALUES_COPIED, codes.ROWS_COPIED])
def test_a_copy_is_at_most_as_large_as_the_table(code: str) -> None:
    found = estimate(Effects(scans=(TABLE,)), code)
    assert found is not None
    assert (found.work, found.seconds, found.disk) == ("copies from", rounded(12_000 / COPIED, 1), rounded(12_000 * MB))


@pytest.mark.parametrize("code", [codes.BACKFILL_UNDER_A_LOCK, codes.VALUES_GIVEN_BACK])
def test_an_update_writes_each_row_anew_however_it_finds_them(code: str) -> None:
    found = estimate(Effects(), code)
    assert found is not None
    assert (found.work, found.of, found.disk) == ("updates", (TABLE,), rounded(14_000 * MB))
    assert found.seconds == rounded(14_000 / UPDATED, 1)


@pytest.mark.parametrize(
    "effects",
    [None, Effects(), Effects(scans=(OTHER,)), Effects(rewrites=(OTHER,)), Effects(scans=("table public.unknown",))],
)
def test_next_to_nothing_has_no_estimate(effects: Effects | None) -> None:
    assert estimate(effects) is None


def test_only_that_is_looked_up_which_counts() -> None:
    statement = Statement("...")
    steps = [
        Step("0001", COLUMN, Action.ALTER, statement, 1, effects=Effects(scans=(TABLE,))),
        Step("0002", COLUMN, Action.ALTER, statement, 1, effects=Effects()),
        Step("0003", COLUMN, Action.ALTER, statement, 1),
    ]
    assert worked_on(steps) == {TABLE}
    assert worked_on(steps[1:]) == frozenset()


@pytest.mark.parametrize(
    ("number", "digits", "said"),
    [(0, 2, 0), (7, 2, 7), (1234, 2, 1200), (1250, 1, 1000), (99_600, 2, 100_000), (17_301_504, 2, 17_000_000)],
)
def test_what_is_rough_does_not_look_exact(number: int, digits: int, said: int) -> None:
    assert rounded(number, digits) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "under a second"),
        (1, "about 1 s"),
        (80, "about 80 s"),
        (300, "about 5 min"),
        (6000, "about 100 min"),
        (20_000, "about 6 h"),
        (200_000, "about 2 days"),
    ],
)
def test_durations_are_orders(seconds: int, said: str) -> None:
    assert words.duration(seconds) == said


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 bytes"), (9, "9 bytes"), (9000, "8.8 kB"), (17_000_000, "16 MB"), (1_300_000_000, "1.2 GB")],
)
def test_sizes_are_said_as_postgresql_says_them(count: int, said: str) -> None:
    assert words.size(count) == said


def test_the_phrase_says_what_to_what_and_how_long() -> None:
    found = Estimate("reads", (TABLE,), 10, 1_300_000_000, 8, 0, "at 400 MB/s")
    assert words.estimate(found) == "reads 1.2 GB of table public.customer, about 8 s"
    many = Estimate("rewrites", ("table a.b", "table a.c", "table a.d", "table a.e"), 10, 13_000_000, 0, 26_000_000, "")
    assert (
        words.estimate(many) == "rewrites 12 MB of table a.b, table a.c, table a.d and 1 more, under a second,"
        " needs 25 MB of disk"
    )
