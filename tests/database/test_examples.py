"""The example project is a test case like any other, and the demo keeps what it says."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from faberdb.cli.main import COMMANDS
from faberdb.declare.load import load
from faberdb.model import Address
from faberdb_providers.postgres.kinds import KINDS
from faberdb_providers.postgres.provider import provider
from faberdb_providers.postgres.servers import embedded
from tests.conftest import ProjectFolder, Ran

EXAMPLES = Path(__file__).parents[2] / "schemas" / "examples"
DEMO = EXAMPLES / "demo.py"
EMBEDDED = Path(".faberdb", "postgres", "dev")
SHOWN = """
    schema enum sequence table column default primary_key unique check exclusion foreign_key index view
    materialized_view comment
""".split()
IMPORTED = """\
[project]
name = "imported"

[environments.dev]
connection_string_env = "SHOP_URL"
"""


@pytest.fixture
def work() -> Iterator[Path]:
    """A folder that the server's user may enter, unlike tmp_path; its embedded databases go with it."""
    folder = Path(tempfile.mkdtemp(prefix="faberdb-test-")).resolve()
    folder.chmod(0o711)
    yield folder
    for project in folder.iterdir():
        embedded.destroy(project / EMBEDDED)
    shutil.rmtree(folder)


@pytest.fixture
def shop(work: Path, run: Callable[..., Ran]) -> ProjectFolder:
    """A copy of the example."""
    root = work / "shop"
    shutil.copytree(EXAMPLES / "shop", root, ignore=shutil.ignore_patterns(".faberdb"))
    return ProjectFolder(root, {}, run)


def declared(folder: Path) -> set[Address]:
    return set(provider.complete(load(folder, KINDS, ["public"]).objects))


def address_of(shop: ProjectFolder) -> str:
    """Where the shop's database listens."""
    ran = shop.run("status", "dev", "--json")
    assert ran.code == 0, ran.err
    found = [value for line in ran.out.splitlines() if (value := find_url(json.loads(line)))]
    return found[0]


def find_url(value: object) -> str:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    own = str(value.get("url") or "") if isinstance(value, dict) else ""
    return own or next(filter(None, map(find_url, inner)), "")


def run_demo(folder: Path, cache: Path) -> subprocess.CompletedProcess[str]:
    settings = {**os.environ, "FABERDB_CACHE": str(cache), "NO_COLOR": "1"}
    command = [sys.executable, str(DEMO), str(folder)]
    return subprocess.run(command, env=settings, capture_output=True, text=True, timeout=280, check=False)


def test_the_example_is_valid_and_shows_what_there_is(shop: ProjectFolder) -> None:
    ran = shop.run("validate")
    assert ran.code == 0, ran.err
    found = {address.kind for address in declared(shop.root / "schemas")}
    assert set(SHOWN) <= found


@pytest.mark.timeout(200)
def test_the_example_is_created_and_imported_as_it_is_declared(shop: ProjectFolder, work: Path) -> None:
    created = shop.run("create", "dev", timeout=120)
    assert created.code == 0, created.err
    again = shop.run("plan", "dev", "--detailed-exitcode")
    assert again.code == 0, again.out

    root = work / "imported"
    (root / "schemas").mkdir(parents=True)
    (root / "faberdb.toml").write_text(IMPORTED)
    imported = ProjectFolder(root, {"SHOP_URL": address_of(shop)}, shop.run_command)
    ran = imported.run("import", "dev")
    assert ran.code == 0, ran.err
    assert declared(root / "schemas") == declared(shop.root / "schemas")
    texts = {file: file.read_text() for file in (root / "schemas").rglob("*.toml")}
    assert imported.run("import", "dev").code == 0
    assert {file: file.read_text() for file in (root / "schemas").rglob("*.toml")} == texts
    ran = imported.run("plan", "dev", "--detailed-exitcode")
    assert ran.code == 0, ran.out


@pytest.mark.timeout(300)
def test_the_demo_runs_to_its_end(work: Path, cache: Path) -> None:
    folder = work / "demo"
    ran = run_demo(folder, cache)
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr
    for command in ("create", "plan", "apply", "drift", "rollback", "status"):
        assert command in COMMANDS
        assert f"\n$ faberdb {command} " in ran.stdout
    assert embedded.is_running(folder / EMBEDDED)
    assert (folder / "faberdb.toml").is_file()


def test_the_demo_leaves_alone_what_it_has_not_made(work: Path, cache: Path) -> None:
    folder = work / "mine"
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    ran = run_demo(folder, cache)
    assert ran.returncode == 1
    assert "was not made by this demo; name another folder" in ran.stdout
    assert [file.name for file in folder.iterdir()] == ["thesis.txt"]
