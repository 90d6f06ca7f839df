"""The connection is lost in the middle of an apply: the exit code and the message say what is committed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.conftest import ProjectFolder, Ran
from tests.database.at_work import BEFORE, apply_at_work, prepared
from tests.servers import Server

Shop = tuple[ProjectFolder, str]


@pytest.fixture
def shop(newest: Server, project: Callable[..., ProjectFolder]) -> Iterator[Shop]:
    with newest.database() as conninfo:
        folder = project({"live": conninfo})
        prepared(folder)
        yield folder, conninfo


def cut_off(shop: Shop, cache: Path) -> tuple[int | None, str]:
    """End the session of an apply while its last step waits."""
    folder, conninfo = shop
    with apply_at_work(folder, conninfo, cache) as running:
        with psycopg.connect(conninfo, autocommit=True) as other:
            other.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name ~ '^faberdb apply by'"
                " and datname = current_database()"
            )
        _, err = running.communicate(timeout=50)
    return running.returncode, err


def test_where_nothing_is_committed_it_says_so(shop: Shop, cache: Path) -> None:
    folder, _ = shop
    folder.declare(BEFORE + 'name = { type = "text", null = true }\n')  # one transaction
    assert folder.run("plan", "live", "--out", "plan.json").code == 0
    code, err = cut_off(shop, cache)
    assert code == 7, err
    assert "lost before anything of the plan was committed: the database is as it was" in err
    assert "goes on" not in err
    assert "as recorded" in folder.run("status", "live").out
    assert folder.run("apply", "plan.json").code == 0


def test_where_steps_are_committed_it_says_how_many(shop: Shop, cache: Path) -> None:
    folder, _ = shop
    code, err = cut_off(shop, cache)
    assert code == 6, err
    assert "1 of 2 steps are committed\n" in err
    assert (
        "go on from what is committed: faberdb apply plan.json; or take back what was done: faberdb rollback live"
        in err
    )
    assert "interrupted" in folder.run("status", "live").out
    assert folder.run("apply", "plan.json").code == 0


def test_a_commit_without_an_answer_is_in_doubt(newest: Server, shop: Shop) -> None:
    from faberdb.errors import ConnectionLostError
    from faberdb.model import Limits
    from faberdb.plan.codec import from_json
    from faberdb_providers.postgres.target import Target

    folder, conninfo = shop
    steps = from_json((folder.root / "plan.json").read_text(), "plan.json").steps[-1:]
    target = Target.open(conninfo, "the shop", read_only=False)
    # A deferred trigger runs within COMMIT, and there ends the session.
    target.execute(
        "create function cut() returns trigger language plpgsql as"
        " 'begin perform pg_terminate_backend(pg_backend_pid()); return null; end';"
        " create constraint trigger cut after insert on faberdb.journal deferrable initially deferred"
        " for each row when (new.outcome = 'done') execute function public.cut()"
    )
    with pytest.raises(ConnectionLostError) as caught:
        target.run_transaction("one", steps, Limits(), lambda step: None, lambda: None)
    assert caught.value.in_doubt
    target.close()


def test_any_question_may_find_it_lost(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    from faberdb.cli.workspace import Workspace
    from faberdb.errors import ConnectionLostError

    folder, conninfo = shop
    monkeypatch.setenv("LIVE_URL", conninfo)
    workspace = Workspace.find(folder.root)
    lost = pytest.raises(ConnectionLostError, match="lost while faberdb tried to work with environment live")
    with lost, workspace.session(workspace.project.environment("live")) as session:
        with psycopg.connect(conninfo, autocommit=True) as other:
            other.execute("select pg_terminate_backend(%s, 5000)", (session.connection.info.backend_pid,))
        session.identity()


def test_an_embedded_server_is_not_stopped_under_an_apply(open_folder: Path, run: Callable[..., Ran]) -> None:
    root = open_folder / "shop"
    root.mkdir()
    (root / "faberdb.toml").write_text('[project]\nname = "shop"\n\n[environments.dev]\n')
    (root / "schemas").mkdir()
    (root / "schemas/public.toml").write_text(BEFORE)
    assert run("apply", "dev", "--auto-approve", cwd=root).code == 0
    said = run("status", "dev", "--json", cwd=root).out.splitlines()[-1]

    from faberdb_providers.postgres.underway import LOCK_KEY

    url = json.loads(said)["url"]
    try:
        with psycopg.connect(url, autocommit=True, application_name="faberdb apply by ann") as other:
            other.execute(f"select pg_advisory_lock({LOCK_KEY}, 1)".encode())
            ran = run("stop", "dev", cwd=root)
            assert ran.code == 4, ran
            assert "dev is being changed by ann (server process" in ran.err
            assert other.execute("select 1").fetchone() == (1,)
    finally:
        ran = run("stop", "dev", cwd=root)
        assert (ran.code, ran.out) == (0, "dev is stopped\n"), ran
