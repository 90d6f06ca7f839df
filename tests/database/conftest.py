"""Databases for tests that run against a real PostgreSQL."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from faberdb_providers.postgres.servers import embedded
from tests.conftest import ProjectFolder
from tests.database.shop import Shop
from tests.servers import Server, rows


@pytest.fixture
def database(server: Server) -> Iterator[Callable[[], str]]:
    """Makes empty databases on the test's server; each call gives the conninfo of a new one."""
    made: list[str] = []

    def make() -> str:
        made.append(server.new_database())
        return made[-1]

    yield make
    for conninfo in made:
        server.drop_database(conninfo)


@pytest.fixture
def dump(server: Server) -> Callable[[str], str]:
    """The structure of a database, order-free."""
    return server.dump


@pytest.fixture(name="rows")
def digest_of_rows() -> Callable[[str], dict[str, tuple[int, str]]]:
    """The rows of a database's tables, order-free."""
    return rows


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder for servers and their programs; in none of those that only its owner may enter, unlike tmp_path."""
    folder = Path(tempfile.mkdtemp(prefix="faberdb-test-")).resolve()
    folder.chmod(0o711)
    yield folder
    for environment in folder.iterdir():
        embedded.destroy(environment)
    shutil.rmtree(folder)


@pytest.fixture
def shop(newest: Server, project: Callable[..., ProjectFolder]) -> Iterator[Shop]:
    """A project and its database, both in step; tests of other projects have a fixture of the same name."""
    with newest.database() as conninfo:
        yield Shop(newest, project({"live": conninfo}), conninfo)
