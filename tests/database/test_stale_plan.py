"""A plan that does not fit any more says what has changed, as far as that is known, and the commands that help."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg
import pytest

from tests.conftest import ProjectFolder, Ran
from tests.servers import Server

BEFORE = 'schema = "public"\n\n[tables.customer.columns]\nid = "bigint"\n\n[tables.visit.columns]\nday = "date"\n'
AFTER = BEFORE.replace('"bigint"', '"bigint"\nemail = { type = "text", null = true }')


@dataclass(frozen=True)
class Shop:
    """A database that was changed by hand once before a plan was saved, and can be once more after it."""

    folder: ProjectFolder
    conninfo: str

    def by_hand(self, text: str) -> None:
        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            connection.execute(text.encode())

    def refused(self) -> str:
        ran: Ran = self.folder.run("apply", "plan.json")
        assert (ran.code, "has changed since the plan was made" in ran.err) == (3, True), ran
        assert "faberdb plan live --out plan.json" in ran.err
        return ran.err


@pytest.fixture
def shop(newest: Server, project: Callable[..., ProjectFolder]) -> Iterator[Shop]:
    with newest.database() as conninfo:
        folder = project({"live": conninfo})
        folder.declare(BEFORE)
        assert folder.run("apply", "live", "--auto-approve").code == 0
        shop = Shop(folder, conninfo)
        shop.by_hand("create table noted_by_the_plan (id int)")
        folder.declare(AFTER)
        assert folder.run("plan", "live", "--out", "plan.json").code == 0
        yield shop


def test_it_names_what_has_changed(shop: Shop) -> None:
    shop.by_hand("create table by_hand (id int, name text); drop table visit; alter table customer alter id type int")
    said = shop.refused()
    for words in ("table public.by_hand is new", "table public.visit is gone", "column public.customer.id is another"):
        assert words in said
    assert "column public.by_hand" not in said
    assert "noted_by_the_plan" not in said
    assert "faberdb drift live" in said


def test_without_a_state_it_names_what_it_is_about(shop: Shop) -> None:
    (shop.folder.root / ".faberdb/state/live.json").unlink()
    assert shop.folder.run("plan", "live", "--out", "plan.json").code == 0
    shop.by_hand("alter table customer add email text; create table by_hand ()")
    said = shop.refused()
    assert "column public.customer.email is new" in said
    assert "drift" not in said


def test_many_are_counted(shop: Shop) -> None:
    shop.by_hand("".join(f"create table many_{n} ();" for n in range(20)))
    assert "and 12 more" in shop.refused()


def test_that_nothing_is_to_be_done_is_looked_up_again(newest: Server, project: Callable[..., ProjectFolder]) -> None:
    """A saved plan without changes says so of the database as it is, not of another one nor of one that is away."""
    with newest.database() as conninfo, newest.database() as other:
        folder = project({"live": conninfo})
        folder.declare(BEFORE)
        assert folder.run("apply", "live", "--auto-approve").code == 0
        assert folder.run("plan", "live", "--out", "plan.json").code == 0
        ran = folder.run("apply", "plan.json")
        assert (ran.code, "No changes" in ran.out) == (0, True), ran
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute("create table by_hand ()")
        for more in ((), ("--dry-run",)):
            ran = folder.run("apply", "plan.json", *more)
            assert (ran.code, "table public.by_hand is new" in ran.err, "No changes" in ran.out) == (3, True, False), (
                ran
            )
        folder.env["LIVE_URL"] = other
        ran = folder.run("apply", "plan.json")
        assert (ran.code, "made for another database" in ran.err, "No changes" in ran.out) == (3, True, False), ran
        folder.env["LIVE_URL"] = "host=127.0.0.1 port=1 dbname=gone"
        ran = folder.run("apply", "plan.json")
        assert (ran.code, "No changes" in ran.out) == (1, False), ran
