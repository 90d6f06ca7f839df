"""Tablespaces of a server: a scratch cluster of our own has those of the server that is planned for."""

from __future__ import annotations

from collections.abc import Callable

from tests.conftest import ProjectFolder
from tests.servers import Server, fetch, run_sql

PLACES = "select c.relname, s.spcname from pg_class c join pg_tablespace s on s.oid = c.reltablespace order by 1"


def test_what_stands_in_a_tablespace_is_planned_on_a_cluster_without_it(
    newest: Server, project: Callable[..., ProjectFolder]
) -> None:
    newest.cluster.add_tablespaces(["fast", "It's slow"])
    with newest.database() as live:
        run_sql(live, 'create table there (id int) tablespace "It\'s slow"')
        folder = project({"dev": live})
        settings = folder.root / "faberdb.toml"
        settings.write_text(settings.read_text() + '\n[shadow]\nserver = "embedded"\n')
        assert folder.run("import", "dev").code == 0
        text = (folder.root / "schemas/public.toml").read_text()
        assert "It's slow" in text
        folder.declare(text + '\n[tables.here]\ntablespace = "fast"\n[tables.here.columns]\nid = "int"\n')
        ran = folder.run("apply", "dev", "--auto-approve")
        assert ran.code == 0, ran.err
        assert "scratch cluster" in ran.out
        assert ("here", "fast") in fetch(live, PLACES)
        assert "No changes" in folder.run("plan", "dev").out


def test_a_tablespace_that_is_not_there_is_named(newest: Server, project: Callable[..., ProjectFolder]) -> None:
    with newest.database() as live:
        folder = project({"dev": live})
        folder.declare('[tables.here]\ntablespace = "nowhere"\n[tables.here.columns]\nid = "int"\n')
        ran = folder.run("plan", "dev")
        assert ran.code == 1
        assert 'tablespace "nowhere" does not exist' in ran.err
