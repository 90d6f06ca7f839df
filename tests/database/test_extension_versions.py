"""The version of an extension: left alone where it is not declared, updated where it is, and taken back where the
server has a way."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import ProjectFolder
from tests.servers import Server, fetch, run_sql

ON_ITSELF = '[shadow]\nserver = "target"\n'


@contextmanager
def _offered(server: Server, kind: str, *updates: str) -> Iterator[str]:
    """An extension of two versions, of which 1.1 is the one that is installed, among those of the server."""
    ((folder,),) = fetch(server.cluster.conninfo("template1"), "select setting from pg_config where name = 'SHAREDIR'")
    place = Path(folder) / "extension"
    if not os.access(place, os.W_OK):
        pytest.skip(f"the folder of the server's extensions cannot be written: {place}")
    name = f"faberdb_{kind}_{os.getpid()}"
    texts = {f"{name}.control": "default_version = '1.1'\nrelocatable = false\n"}
    texts |= {f"{name}--{version}.sql": _says(version) for version in ("1.0", "1.1")}
    texts |= {f"{name}--{update}.sql": _says(update.rpartition("--")[2]) for update in updates}
    try:
        for file, text in texts.items():
            (place / file).write_text(text)
        yield name
    finally:
        for file in texts:
            (place / file).unlink(missing_ok=True)


def _says(version: str) -> str:
    return f"create or replace function version_of_it() returns text language sql return '{version}';\n"


@pytest.fixture(scope="module")
def one_way(newest: Server) -> Iterator[str]:
    """An extension that can be updated, and not back."""
    with _offered(newest, "one_way", "1.0--1.1") as name:
        yield name


@pytest.fixture(scope="module")
def both_ways(newest: Server) -> Iterator[str]:
    """An extension that can be updated, and back."""
    with _offered(newest, "both_ways", "1.0--1.1", "1.1--1.0") as name:
        yield name


def _version(live: str, name: str) -> tuple[str, str]:
    ((version,),) = fetch(live, f"select extversion from pg_extension where extname = '{name}'")
    ((said,),) = fetch(live, "select version_of_it()")
    return version, said


def _declared(name: str, version: str = "", more: str = "") -> str:
    said = f', version = "{version}"' if version else ""
    return f'schema = "public"\n[extensions]\n{name} = {{ schema = "public"{said} }}\n{more}'


TABLE = '[tables.t.columns]\nid = "int"\n'


def test_a_version_that_is_not_declared_is_left_alone(
    newest: Server, one_way: str, project: Callable[..., ProjectFolder]
) -> None:
    with newest.database() as live:
        run_sql(live, f"create extension {one_way} schema public version '1.0'")
        shop = project({"dev": live}, ON_ITSELF)
        assert shop.run("import", "dev").code == 0
        assert "No changes" in shop.run("plan", "dev").out
        # A clone knows no state, nor what was remembered.
        fresh = ProjectFolder(shop.root, {**shop.env, "FABERDB_CACHE": str(shop.root / "cache")}, shop.run_command)
        for name in [p.name for p in shop.root.iterdir() if p.name not in ("schemas", "faberdb.toml")]:
            (shop.root / name).rename(shop.root.parent / name)
        planned = fresh.run("plan", "dev")
        assert planned.code == 0, planned.err
        assert "No changes" in planned.out

        # Nor is it touched beside other changes, whichever way they go.
        shop.declare(_declared(one_way, more=TABLE))
        assert fresh.run("plan", "dev", "--out", "plan.json").code == 0
        assert "EXTENSION" not in (shop.root / "plan.json").read_text()
        done = fresh.run("apply", "plan.json")
        assert done.code == 0, done.err
        undone = fresh.run("rollback", "dev", "--auto-approve", "-v")
        assert undone.code == 0, undone.err
        assert "EXTENSION" not in undone.out
        assert _version(live, one_way) == ("1.0", "1.0")


def test_it_is_made_anew_in_its_version(newest: Server, one_way: str, project: Callable[..., ProjectFolder]) -> None:
    with newest.database() as live:
        run_sql(live, f"create extension {one_way} schema public version '1.0'")
        shop = project({"dev": live}, ON_ITSELF)
        shop.declare(f'[schemas.other]\n[extensions]\n{one_way} = "other"\n')
        done = shop.run("apply", "dev", "--auto-approve")
        assert done.code == 0, done.err
        assert fetch(live, f"select extversion from pg_extension where extname = '{one_way}'") == [("1.0",)]


def test_an_update_that_has_a_way_back(newest: Server, both_ways: str, project: Callable[..., ProjectFolder]) -> None:
    with newest.database() as live:
        run_sql(live, f"create extension {both_ways} schema public version '1.0'")
        shop = project({"dev": live}, ON_ITSELF)
        shop.declare(_declared(both_ways, "1.1"))
        done = shop.run("apply", "dev", "--auto-approve")
        assert done.code == 0, done.err
        assert "undo" not in done.out
        assert "Risk: dangerous" in done.out
        assert _version(live, both_ways) == ("1.1", "1.1")
        undone = shop.run("rollback", "dev", "--auto-approve")
        assert undone.code == 0, undone.err
        assert _version(live, both_ways) == ("1.0", "1.0")


def test_an_update_that_has_none(newest: Server, one_way: str, project: Callable[..., ProjectFolder]) -> None:
    with newest.database() as live:
        run_sql(live, f"create extension {one_way} schema public version '1.0'")
        shop = project({"dev": live}, ON_ITSELF)
        shop.declare(_declared(one_way, "1.1", TABLE))
        planned = shop.run("plan", "dev", "--out", "plan.json")
        assert planned.code == 0, planned.err
        assert "undo: none (no update path from 1.1 back to 1.0)" in planned.out
        assert "Risk: destructive" in planned.out
        assert "Proven forward and back" in planned.out
        for what in ("dev", "plan.json"):
            refused = shop.run("apply", what, "--auto-approve")
            assert refused.code == 9
            assert f"no rollback takes back what it does to extension {one_way}" in refused.err
            assert "--accept-irreversible" in refused.err
        assert _version(live, one_way) == ("1.0", "1.0")
        done = shop.run("apply", "plan.json", "--accept-irreversible")
        assert done.code == 0, done.err
        assert _version(live, one_way) == ("1.1", "1.1")
        assert "No changes" in shop.run("plan", "dev").out

        undone = shop.run("rollback", "dev", "--auto-approve")
        assert undone.code == 0, undone.err
        stays = f"extension {one_way} keeps version 1.1: no update path from 1.1 back to 1.0"
        assert stays in undone.out + undone.err
        assert fetch(live, "select to_regclass('t') is null") == [(True,)]
        assert _version(live, one_way) == ("1.1", "1.1")


def test_a_rollback_with_nothing_left_to_take_back(
    newest: Server, one_way: str, project: Callable[..., ProjectFolder]
) -> None:
    with newest.database() as live:
        run_sql(live, f"create extension {one_way} schema public version '1.0'")
        shop = project({"dev": live}, ON_ITSELF)
        shop.declare(_declared(one_way, "1.1"))
        done = shop.run("apply", "dev", "--auto-approve", "--accept-irreversible")
        assert done.code == 0, done.err
        undone = shop.run("rollback", "dev", "--auto-approve")
        assert undone.code == 0, undone.err
        assert _version(live, one_way) == ("1.1", "1.1")
        assert shop.run("rollback", "dev", "--auto-approve").code == 1
