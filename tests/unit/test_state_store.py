"""The local state store: nobody overwrites what they have not read, whatever happens to a process or a disk."""

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

from faberdb.errors import ExitCode, LockedError, StateError
from faberdb.store import StateStore
from faberdb_state import local

SPAWN = multiprocessing.get_context("spawn")
HOLDER = {"who": "ann", "operation": "apply dev"}
NOBODY = 65534


@pytest.fixture
def store(tmp_path: Path) -> StateStore:
    return local.store(tmp_path / "state")


def files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def test_what_is_put_can_be_got(store: StateStore) -> None:
    version = store.put("dev", b"one", None)
    assert store.get("dev") == (b"one", version)


def test_each_environment_has_its_own(store: StateStore) -> None:
    store.put("dev", b"one", None)
    store.put("eu.production-2", b"two", None)
    assert store.list() == ["dev", "eu.production-2"]
    assert store.get("staging") is None


def test_looking_makes_no_folder(store: StateStore, tmp_path: Path) -> None:
    assert store.get("dev") is None
    assert store.list() == []
    assert list(tmp_path.iterdir()) == []


def test_the_version_before_is_kept_beside(store: StateStore, tmp_path: Path) -> None:
    version = store.put("dev", b"one", None)
    version = store.put("dev", b"two", version)
    store.put("dev", b"three", version)
    assert (tmp_path / "state" / "dev.json.backup").read_bytes() == b"two"
    assert store.list() == ["dev"]


def test_a_file_keeps_its_mode(store: StateStore, tmp_path: Path) -> None:
    version = store.put("dev", b"one", None)
    (tmp_path / "state" / "dev.json").chmod(0o600)
    store.put("dev", b"two", version)
    assert {f.stat().st_mode & 0o777 for f in (tmp_path / "state").glob("dev.json*")} == {0o600}


def test_a_stale_writer_is_refused(store: StateStore) -> None:
    old = store.put("dev", b"one", None)
    new = store.put("dev", b"two", old)
    with pytest.raises(StateError, match=r"`dev` was written by somebody else since it was read; nothing was written"):
        store.put("dev", b"three", old)
    assert store.get("dev") == (b"two", new)


def test_a_first_writer_who_comes_second_is_refused(store: StateStore) -> None:
    store.put("dev", b"one", None)
    with pytest.raises(StateError, match="written by somebody else"):
        store.put("dev", b"two", None)


def test_a_writer_whose_document_is_gone_is_refused(store: StateStore, tmp_path: Path) -> None:
    version = store.put("dev", b"one", None)
    (tmp_path / "state" / "dev.json").unlink()
    with pytest.raises(StateError, match="is gone since it was read"):
        store.put("dev", b"two", version)
    assert store.get("dev") is None


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "/etc/passwd", ".guard", "-x", "a\n", "a\0b", "ä", "x" * 101]
)
def test_a_name_that_leads_elsewhere_is_refused(store: StateStore, tmp_path: Path, name: str) -> None:
    actions: list[Callable[[], Any]] = [
        lambda: store.get(name),
        lambda: store.put(name, b"x", None),
        lambda: store.lock(name, HOLDER),
        lambda: store.unlock(name, "x"),
    ]
    for action in actions:
        with pytest.raises(StateError, match="cannot name a state"):
            action()
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_is_said_to_have_lost_its_content(store: StateStore, tmp_path: Path) -> None:
    version = store.put("dev", b"one", None)
    store.put("dev", b"two", version)
    (tmp_path / "state" / "dev.json").write_bytes(b"")
    with pytest.raises(StateError, match="is empty; its content was lost") as caught:
        store.get("dev")
    assert caught.value.where.endswith("dev.json")
    assert "cp " in caught.value.advice
    with pytest.raises(StateError, match="its content was lost"):
        store.put("dev", b"three", None)


def test_what_is_no_file_is_an_error_with_its_place(store: StateStore, tmp_path: Path) -> None:
    (tmp_path / "state" / "dev.json").mkdir(parents=True)
    with pytest.raises(StateError, match="cannot be read: the system refuses") as caught:
        store.get("dev")
    assert caught.value.where.endswith("dev.json")
    assert caught.value.detail == (os.strerror(errno.EISDIR),)


def test_a_folder_that_is_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    store = local.store(tmp_path / "state")
    for action in (lambda: store.put("dev", b"x", None), lambda: store.lock("dev", HOLDER), lambda: store.list()):
        with pytest.raises(StateError):
            action()


def test_the_lock_says_who_holds_it(store: StateStore, tmp_path: Path) -> None:
    token = store.lock("dev", {**HOLDER, "host": "laptop", "pid": 7, "since": "2026-01-02T03:04:05+00:00"})
    with pytest.raises(LockedError) as caught:
        local.store(tmp_path / "state").lock("dev", HOLDER)
    assert caught.value.code is ExitCode.LOCKED
    assert caught.value.message == (
        "the state of environment `dev` is locked by `faberdb apply dev`, of ann, on laptop, process 7,"
        " since 2026-01-02T03:04:05+00:00"
    )
    store.unlock("dev", token)
    other = local.store(tmp_path / "state")
    other.unlock("dev", other.lock("dev", HOLDER))


def test_the_lock_tells_host_process_and_time_by_itself(store: StateStore) -> None:
    store.lock("dev", {"who": "ann"})
    with pytest.raises(LockedError, match=rf"of ann, on .+, process {os.getpid()}, since \d{{4}}-.*\+00:00"):
        store.lock("dev", {"who": "ben"})


def test_one_environment_locked_leaves_the_others_free(store: StateStore) -> None:
    store.lock("dev", HOLDER)
    store.lock("staging", HOLDER)


def test_only_the_token_unlocks(store: StateStore) -> None:
    token = store.lock("dev", HOLDER)
    with pytest.raises(StateError, match="not held under this token"):
        store.unlock("dev", "another")
    with pytest.raises(LockedError):
        store.lock("dev", HOLDER)
    store.unlock("dev", token)
    with pytest.raises(StateError, match="not held under this token"):
        store.unlock("dev", token)


def test_who_holds_the_lock_can_write(store: StateStore) -> None:
    store.lock("dev", HOLDER)
    store.put("dev", b"one", None)


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
                assert "since it was read" in error.message  # noqa: PT017
                continue


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


def test_a_full_disk_leaves_what_was_there(store: StateStore, tmp_path: Path) -> None:
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


@pytest.mark.skipif(sys.platform != "linux", reason="tmpfs")
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


def test_a_writer_that_hangs_is_named(store: StateStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "PATIENCE", 0.05)
    version = store.put("dev", b"one", None)
    other = local.LocalStore(tmp_path / "state")
    with other._guard(), pytest.raises(StateError, match="another process has been writing here") as caught:
        store.put("dev", b"two", version)
    assert caught.value.where.endswith(".guard")
    assert store.get("dev") == (b"one", version)


def test_without_flock_there_is_an_error_not_a_crash(store: StateStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)
    with pytest.raises(StateError, match="this system has no flock"):
        store.put("dev", b"one", None)
