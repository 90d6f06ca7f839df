"""The local state store: nobody overwrites what they have not read, whatever happens to a process or a disk."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from faberdb.errors import ExitCode, LockedError, StateError
from faberdb.store import StateStore
from faberdb_state import local

HOLDER = {"who": "ann", "operation": "apply dev"}


@pytest.fixture
def store(tmp_path: Path) -> StateStore:
    return local.store(tmp_path / "state")


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
