"""What is shipped, and what the shipped thing loads."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import zipfile
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {"faberdb", "faberdb_providers", "faberdb_schemas", "faberdb_state"}
# What a command loads only when its work needs it.
HEAVY = {"boto3", "networkx", "psycopg", "pydantic", "rich", "sqlglot"}


def run(*command: str | Path) -> str:
    """What the command prints; a failure shows all it said."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT)
    (built,) = folder.glob("*.whl")
    return zipfile.ZipFile(built)


def test_the_wheel_installs_four_packages_and_nothing_beside_them(wheel: zipfile.ZipFile) -> None:
    tops = {name.partition("/")[0] for name in wheel.namelist()}
    (metadata,) = tops - PACKAGES
    assert metadata.startswith("faberdb-")
    assert metadata.endswith(".dist-info")
    assert tops >= PACKAGES


def test_the_wheel_carries_every_json_schema(wheel: zipfile.ZipFile) -> None:
    root = ROOT / "schemas"
    written = {path.relative_to(root).as_posix() for path in (root / "faberdb_schemas").rglob("*.json")}
    assert written, "no JSON Schema has been generated"
    assert written <= set(wheel.namelist())


def test_the_wheel_opens_the_doors_it_declares(wheel: zipfile.ZipFile) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/entry_points.txt"))
    doors = ConfigParser(delimiters="=")
    doors.read_string(wheel.read(name).decode())
    assert {group: dict(doors[group]) for group in doors.sections()} == {
        "console_scripts": {"faberdb": "faberdb.__main__:main"},
        "faberdb.backups": {
            "pg_dump": "faberdb_providers.backup.pg_dump:provider",
            "template": "faberdb_providers.backup.template:provider",
        },
        "faberdb.handlers": {
            "dbmate": "faberdb_providers.handlers.dbmate:handler",
            "drizzle": "faberdb_providers.handlers.drizzle:handler",
            "prisma": "faberdb_providers.handlers.prisma:handler",
        },
        "faberdb.providers": {"postgresql": "faberdb_providers.postgres.provider:provider"},
        "faberdb.state": {"local": "faberdb_state.local:store"},
    }


def test_import_contracts_hold() -> None:
    run(Path(sysconfig.get_path("scripts"), "lint-imports"), "--no-logo", "--no-cache")


def loaded_by(*arguments: str) -> set[str]:
    """The modules that are there after the command, run in the folder of an example project."""
    program = f"""
import sys
from faberdb.cli.main import main
sys.argv = {["faberdb", "--chdir", "schemas/examples/shop", *arguments]!r}
try:
    code = main()
except SystemExit as end:
    code = end.code
assert not code, code
print("LOADED", *sys.modules)
"""
    return set(run(sys.executable, "-c", program).rpartition("LOADED")[2].split())


def test_help_loads_nothing_heavy() -> None:
    loaded = loaded_by("--help")
    assert "faberdb.cli.main" in loaded
    assert HEAVY.isdisjoint(loaded), HEAVY.intersection(loaded)


def test_validate_loads_only_what_reads_files() -> None:
    loaded = loaded_by("validate")
    assert "faberdb.declare.load" in loaded
    heavy = (HEAVY - {"pydantic"}) | {"faberdb.model.run", "faberdb.plan.document", "faberdb.views.planpage"}
    assert heavy.isdisjoint(loaded), heavy.intersection(loaded)
