"""Fixtures for all tests that need a real PostgreSQL, a project folder, or the command line."""

from __future__ import annotations

import os
import shutil
import subprocess
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from faberdb_providers.postgres.servers.binaries import EMBEDDED
from faberdb_providers.postgres.servers.scratch import scratch_cluster
from tests.forked import run_forked
from tests.servers import Server, installed, shared_cache

INSTALLED = installed()
"""The servers of this machine, by major: those of the embedded wheel, and others that have pg_dump."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the plans of tests/golden anew")
    parser.addoption("--seeds", default="0-9999", help="which faults of each plan `make faults` runs, from 0 on: A-B")


IN_TURN, IN_TURN_EMBEDDED = 8, 6
"""Of the tests that run on every major, one in how many runs on a server besides the newest, that is none or one of the
embedded ones; `make soak` runs the others there."""


def _left_to_soak(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    major = callspec.params.get("server") if callspec is not None else None
    alike = item.get_closest_marker("in_turn")
    every = alike.args[0] if alike is not None else 1
    if major is not None and major != max(INSTALLED):
        every = max(every, IN_TURN_EMBEDDED if INSTALLED[major].source == EMBEDDED else IN_TURN)
    return zlib.crc32(item.nodeid.encode()) % every != 0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What may take long comes first: at the end it would leave the other test workers with nothing to do."""
    for item in filter(_left_to_soak, items):
        item.add_marker(pytest.mark.soak)
    items.sort(key=lambda item: item.get_closest_marker("timeout") is None)


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What FABERDB_CACHE names in this run of the tests."""
    return shared_cache(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def servers(cache: Path) -> Iterator[Callable[[int], Server]]:
    """The running server of a major, started when a test first asks for it, one for each test worker."""
    with ExitStack() as stack:
        running: dict[int, Server] = {}

        def get(major: int) -> Server:
            if major not in running:
                binaries = INSTALLED[major]
                running[major] = Server(binaries, stack.enter_context(scratch_cluster(binaries, cache)))
            return running[major]

        yield get


@pytest.fixture(scope="session", params=INSTALLED, ids=lambda major: f"pg{major}")
def server(request: pytest.FixtureRequest, servers: Callable[[int], Server]) -> Server:
    """A real server; a test that asks for it runs once for each major on this machine."""
    return servers(request.param)


@pytest.fixture(scope="session")
def newest(servers: Callable[[int], Server]) -> Server:
    """The server of the newest major on this machine, for tests that one version is enough for."""
    return servers(max(INSTALLED))


@pytest.fixture(scope="session")
def label_provider() -> Callable[[Server], str]:
    """Builds a module that takes security labels where the server can read it, and returns the `options` of a
    connection string with which sessions load it."""

    def built(server: Server) -> str:
        config = server.binaries.bin / "pg_config"
        headers, compiler = Path("nowhere"), shutil.which("cc")
        if config.exists():
            ask = [str(config), "--includedir-server"]
            headers = Path(subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip())
        if compiler is None or not (headers / "postgres.h").exists():
            pytest.skip(f"it takes a C compiler and the headers of PostgreSQL {server.major} (server-dev)")
        home = str(conninfo_to_dict(server.cluster.conninfo("template1"))["host"])
        module = Path(home) / "label_provider.so"
        if not module.exists():
            source = Path(__file__).with_name("label_provider.c")
            flags = ["-shared", "-fPIC", "-I", str(headers), "-o", str(module)]
            subprocess.run([compiler, *flags, str(source)], check=True)
        return f"-c session_preload_libraries={module}"

    return built


@pytest.fixture
def run(cache: Path) -> Callable[..., Ran]:
    """Runs the command line in a process of its own: run("plan", "dev", cwd=folder, env={...})."""

    def command(*args: str, cwd: Path, env: dict[str, str] | None = None, timeout: float = 60) -> Ran:
        settings = {**os.environ, "FABERDB_CACHE": str(cache), "NO_COLOR": "1", **(env or {})}
        return Ran(*run_forked(args, cwd, settings, timeout))

    return command


@dataclass(frozen=True)
class ProjectFolder:
    """A project on disk. env: the variables through which its environments find their databases."""

    root: Path
    env: dict[str, str]
    run_command: Callable[..., Ran]

    def declare(self, text: str, name: str = "public.toml") -> None:
        """Write one schema file."""
        (self.root / "schemas" / name).write_text(text)

    def run(self, *args: str, timeout: float = 60) -> Ran:
        """Run the command line in the project."""
        return self.run_command(*args, cwd=self.root, env=self.env, timeout=timeout)


@pytest.fixture
def project(tmp_path: Path, run: Callable[..., Ran]) -> Callable[..., ProjectFolder]:
    """Makes a project: project({"dev": conninfo}, "<more faberdb.toml>")."""

    def make(databases: dict[str, str], more: str = "") -> ProjectFolder:
        root = tmp_path / "shop"
        (root / "schemas").mkdir(parents=True)
        parts = ['[project]\nname = "shop"\n\n[database]\nengine = "postgresql"\nhosting = "server"\n']
        parts += [f'[environments.{name}]\nconnection_string_env = "{name.upper()}_URL"\n' for name in databases]
        (root / "faberdb.toml").write_text("\n".join([*parts, more]))
        return ProjectFolder(root, {f"{name.upper()}_URL": url for name, url in databases.items()}, run)

    return make
