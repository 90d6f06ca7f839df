"""The local state store under faults: processes that race and die, disks that are full or closed."""

from __future__ import annotations

import errno
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from faberdb.errors import LockedError, StateError
from faberdb_state import local

SPAWN = multiprocessing.get_context("spawn")
HOLDER = {"who": "ann", "operation": "apply dev"}
NOBODY = 65534


def files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def hold(folder: Path, ready: Any) -> None:
    local.store(folder).lock("dev", {"who": "killed"})
    ready.set()
    time.sleep(60)


def test_kill_9_frees_the_lock(tmp_path: Path) -> None:
    ready = SPAWN.Event()
    process = SPAWN.Process(target=hold, args=(tmp_path, ready))
    process.start()
    assert ready.wait(30)
    store = local.store(tmp_path)
    with pytest.raises(LockedError, match=rf"of killed, on .*process {process.pid}"):
        store.lock("dev", HOLDER)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    store.unlock("dev", store.lock("dev", HOLDER))


def count_up(folder: Path, times: int, start: Any) -> None:
    """Add to the number in the state; who comes too late reads again."""
    store = local.store(folder)
    start.wait()
    for _ in range(times):
        while True:
            found = store.get("dev")
            number = int(found[0]) if found else 0
            try:
                store.put("dev", b"%d" % (number + 1), found[1] if found else None)
                break
            except StateError as error:
                if "since it was read" not in error.message:
                    raise


def test_racing_writers_lose_nothing(tmp_path: Path) -> None:
    start = SPAWN.Event()
    processes = [SPAWN.Process(target=count_up, args=(tmp_path, 50, start)) for _ in range(2)]
    for process in processes:
        process.start()
    start.set()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0, 0]
    assert (tmp_path / "dev.json").read_bytes() == b"100"
    assert (tmp_path / "dev.json.backup").read_bytes() == b"99"


def write_for_ever(folder: Path, ready: Any) -> None:
    store, number = local.store(folder), 0
    found = store.get("dev")
    version = found[1] if found else None
    while True:
        number += 1
        version = store.put("dev", b"%d;" % number * 100_000, version)
        ready.set()


def test_kill_9_of_a_writer_leaves_a_whole_document(tmp_path: Path) -> None:
    for turn in range(5):
        ready = SPAWN.Event()
        process = SPAWN.Process(target=write_for_ever, args=(tmp_path, ready))
        process.start()
        assert ready.wait(30)
        time.sleep(0.013 * turn)
        process.kill()
        process.join()
        for name in ("dev.json", "dev.json.backup"):
            file = tmp_path / name
            data = file.read_bytes() if file.exists() or name == "dev.json" else b"1;" * 100_000
            assert len(set(data.removesuffix(b";").split(b";"))) == 1
            assert data.count(b";") == 100_000


def said_by_child(work: Callable[..., Any], *arguments: Any) -> str:
    """The StateError of work done in a process of its own, whose limits and rights may be changed."""
    reading, writing = SPAWN.Pipe(duplex=False)
    process = SPAWN.Process(target=say, args=(writing, work, *arguments))
    process.start()
    writing.close()
    said = reading.recv()
    process.join()
    return str(said)


def say(writing: Any, work: Callable[..., Any], *arguments: Any) -> None:
    try:
        work(*arguments)
    except StateError as error:
        writing.send(str(error))
    else:
        writing.send("nothing was refused")


def write_on_full_disk(folder: Path, version: str) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
    local.store(folder).put("dev", b"x" * 2000, version)


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    store = local.store(tmp_path / "state")
    version = store.put("dev", b"zero", None)
    version = store.put("dev", b"one", version)
    before = files(tmp_path / "state")
    said = said_by_child(write_on_full_disk, tmp_path / "state", version)
    assert "cannot be written: there is no room" in said
    assert os.strerror(errno.EFBIG) in said
    assert "help: make room" in said
    assert files(tmp_path / "state") == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "faberdb-test", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("this user cannot mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="the small disk is a tmpfs, which only Linux has")
def test_a_disk_that_fills_up_leaves_what_was_there(small_disk: Path) -> None:
    store = local.store(small_disk)
    version = store.put("dev", b"a" * 20_000, None)
    version = store.put("dev", b"b" * 20_000, version)
    before = files(small_disk)
    with pytest.raises(StateError, match="there is no room") as caught:
        store.put("dev", b"c" * 40_000, version)
    assert caught.value.detail == (os.strerror(errno.ENOSPC),)
    assert files(small_disk) == before


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other users can reach; pytest's own are closed to them."""
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def write_unprivileged(folder: Path, version: str) -> None:
    become_nobody()
    local.store(folder).put("dev", b"two", version)


def lock_unprivileged(folder: Path) -> None:
    become_nobody()
    local.store(folder).lock("dev", HOLDER)


def become_nobody() -> None:
    """Nothing is forbidden to root."""
    if os.getuid() == 0:
        os.setuid(NOBODY)


def test_a_read_only_folder_is_named(open_folder: Path) -> None:
    folder = open_folder / "state"
    store = local.store(folder)
    version = store.put("dev", b"one", None)
    (folder / ".guard").unlink()
    folder.chmod(0o555)

    said = said_by_child(write_unprivileged, folder, version)
    assert "the state of environment `dev` cannot be written: this user may not" in said
    assert str(folder) in said
    assert "help: give this user the right" in said
    said = said_by_child(lock_unprivileged, folder)
    assert "cannot be locked: this user may not" in said
    assert store.get("dev") == (b"one", version)
