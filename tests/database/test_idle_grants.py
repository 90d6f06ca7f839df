"""Privileges for a role that owns what they are on, in one environment and not in another."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import ProjectFolder
from tests.database.test_grants import make_roles
from tests.servers import Server, fetch, run_sql

OWNED = """
[tables.{table}]
grants = {{ g_writer = ["select"], g_reader = ["select"] }}
[tables.{table}.columns]
id = {{ type = "int", identity = {{ generated = "always", grants = {{ g_writer = ["usage"] }} }} }}
note = {{ type = "text", null = true, grants = {{ g_writer = ["update"] }} }}
"""


@pytest.mark.parametrize("of_database", [False, True])
def test_what_a_role_owns_here_it_has_every_privilege_on(
    of_database: bool, newest: Server, project: Callable[..., ProjectFolder]
) -> None:
    """The same files may be for an environment in which the role is one of many. GRANT to an owner leaves nothing to be
    seen, so a plan that promises it would come again for ever."""
    make_roles(newest)
    with newest.database() as conninfo:
        name = fetch(conninfo, "select current_database()")[0][0]
        run_sql(conninfo, "create table here (id int generated always as identity, note text)")
        run_sql(conninfo, f"alter {f'database {name}' if of_database else 'table here'} owner to g_writer")
        if of_database:
            run_sql(conninfo, "alter table here owner to g_writer")
        folder = project({"dev": conninfo})
        folder.declare('schema = "public"\n' + OWNED.format(table="here"))
        applied = folder.run("apply", "dev", "--auto-approve")
        assert applied.code == 0, applied
        told = " ".join(folder.run("plan", "dev").err.split())
        assert "note: g_writer owns" in told
        assert "and has every privilege there: `grants` for it say nothing" in told
        assert "No changes" in folder.run("plan", "dev").out
        held = "select has_table_privilege('g_reader', 'here', 'select'), pg_get_userbyid(relowner) from pg_class"
        assert fetch(conninfo, held + " where relname = 'here'") == [(True, "g_writer")]
        if of_database:
            run_sql(conninfo, "alter table here owner to current_user")
            assert folder.run("plan", "dev", "--detailed-exitcode").code == 2  # now it is one of many
            applied = folder.run("apply", "dev", "--auto-approve")
            assert applied.code == 0, applied
            assert fetch(conninfo, "select has_table_privilege('g_writer', 'here', 'insert')") == [(False,)]
