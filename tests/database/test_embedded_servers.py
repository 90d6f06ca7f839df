"""Servers that are kept in a project's folder, on real PostgreSQL programs."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from faberdb.errors import DatabaseError
from faberdb_providers.postgres.servers import cluster, embedded, process
from tests.database.own_servers import WHEEL, answer, child, eventually, server_of

RUN_EMBEDDED = """
import sys
from pathlib import Path
from faberdb_providers.postgres.servers import binaries, embedded
print(embedded.ensure_running(Path(sys.argv[1]), binaries.find(None, "")))
"""


def test_embedded_keeps_its_rows_between_starts(open_folder: Path) -> None:
    folder = open_folder / "dev"
    assert not embedded.exists(folder)
    assert not embedded.is_running(folder)
    assert not embedded.stop(folder)
    base = embedded.ensure_running(folder, list(WHEEL.values()))
    assert embedded.exists(folder)
    assert embedded.is_running(folder)
    assert embedded.ensure_running(folder, []) == base
    assert str(answer(f"{base} dbname=postgres", "SHOW server_version")).startswith("18.")
    assert answer(f"{base} dbname=postgres", "SHOW fsync") == "on"
    answer(f"{base} dbname=postgres", "CREATE TABLE kept AS SELECT 42 AS id")
    pid = server_of(folder / "data")
    assert embedded.stop(folder)
    assert not process.alive(pid)
    assert not embedded.is_running(folder)
    assert embedded.ensure_running(folder, list(WHEEL.values())) == base
    assert answer(f"{base} dbname=postgres", "SELECT id FROM kept") == 42


def test_embedded_takes_the_major_given_and_keeps_it(open_folder: Path) -> None:
    folder = open_folder / "dev"
    base = embedded.ensure_running(folder, list(WHEEL.values()), 16)
    assert str(answer(f"{base} dbname=postgres", "SHOW server_version")).startswith("16.")
    embedded.stop(folder)
    with pytest.raises(DatabaseError, match="is PostgreSQL 16, not 18"):
        embedded.ensure_running(folder, list(WHEEL.values()), 18)
    with pytest.raises(DatabaseError, match="no PostgreSQL 16 server") as caught:
        embedded.ensure_running(folder, [WHEEL[18]])
    assert "faberdb[embedded]" in caught.value.advice


def test_embedded_starts_once_for_two_processes(open_folder: Path) -> None:
    starters = [child(RUN_EMBEDDED, open_folder / "dev") for _ in range(2)]
    answers = [starter.communicate() for starter in starters]
    assert [starter.returncode for starter in starters] == [0, 0], answers
    assert answers[0][0] == answers[1][0]
    assert answer(f"{answers[0][0]} dbname=postgres", "SELECT 1") == 1


def test_embedded_starts_after_a_crash_of_the_machine(open_folder: Path) -> None:
    folder = open_folder / "dev"
    base = embedded.ensure_running(folder, list(WHEEL.values()))
    answer(f"{base} dbname=postgres", "CREATE TABLE kept AS SELECT 42 AS id")
    pid = server_of(folder / "data")
    os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: not process.alive(pid))
    assert not embedded.is_running(folder)
    # After the restart the old pid belongs to another program of the same user.
    uid, gid, groups = cluster.ids(cluster.account())
    other = subprocess.Popen(["sleep", "60"], cwd="/", user=uid, group=gid, extra_groups=groups)
    try:
        file = folder / "data" / "postmaster.pid"
        file.write_text(file.read_text().replace(str(pid), str(other.pid), 1))
        assert not embedded.is_running(folder)
        assert not embedded.stop(folder)
        assert other.poll() is None
        assert embedded.ensure_running(folder, list(WHEEL.values())) == base
        assert answer(f"{base} dbname=postgres", "SELECT id FROM kept") == 42
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_embedded_shows_the_logs_end_when_it_does_not_start(open_folder: Path) -> None:
    folder = open_folder / "dev"
    embedded.ensure_running(folder, list(WHEEL.values()))
    embedded.stop(folder)
    with (folder / "data" / "postgresql.conf").open("a") as configuration:
        configuration.write("no_such_setting = 1\n")
    with pytest.raises(DatabaseError, match="ended while it started") as caught:
        embedded.ensure_running(folder, list(WHEEL.values()))
    assert any("no_such_setting" in line for line in caught.value.detail)
    assert not embedded.is_running(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs two users")
def test_embedded_lets_root_help_out_and_its_owner_go_on(open_folder: Path) -> None:
    """Root starts the server as the data's owner, and leaves no file that the owner could not use."""
    folder = open_folder / "dev"
    embedded.ensure_running(folder, list(WHEEL.values()))
    embedded.stop(folder)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, 65534, 65534)
    base = embedded.ensure_running(folder, list(WHEEL.values()))
    assert answer(f"{base} dbname=postgres", "SELECT 1") == 1
    embedded.stop(folder)
    assert {path.lstat().st_uid for path in (folder, *folder.rglob("*"))} == {65534}


def test_embedded_makes_anew_what_was_half_made(open_folder: Path) -> None:
    folder = open_folder / "dev"
    (folder / "data.new" / "base").mkdir(parents=True)
    base = embedded.ensure_running(folder, list(WHEEL.values()))
    assert answer(f"{base} dbname=postgres", "SELECT 1") == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user's server reads what the user reads")
def test_embedded_lies_elsewhere_where_root_alone_may_enter(
    open_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "SHARED_DATA", open_folder / "shared" / "faberdb")
    (open_folder / "shared").mkdir(mode=0o711)
    tmp_path.chmod(0o700)
    folder = tmp_path / "dev"
    base = embedded.ensure_running(folder, list(WHEEL.values()))
    assert (folder / "data").is_symlink()
    answer(f"{base} dbname=postgres", "CREATE TABLE kept AS SELECT 42 AS id")
    assert embedded.stop(folder)
    embedded.ensure_running(folder, list(WHEEL.values()))
    assert answer(f"{base} dbname=postgres", "SELECT id FROM kept") == 42
    assert tmp_path.stat().st_mode & 0o777 == 0o700
    embedded.destroy(folder)
    assert not folder.exists()
    assert list((open_folder / "shared" / "faberdb").iterdir()) == []
