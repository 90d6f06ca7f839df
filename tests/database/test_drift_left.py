"""What drift says of what no plan would put back: the plan must not answer that nothing is to change."""

from __future__ import annotations

import json
from collections.abc import Callable

from psycopg.conninfo import conninfo_to_dict

from tests.conftest import ProjectFolder
from tests.servers import Server, run_sql

TABLE = 'schema = "public"\n[tables.t.columns]\nid = "bigint"\n'
LEFT = "nobody declares it, so no plan puts it back"


def test_what_nobody_declares_is_told_apart(newest: Server, project: Callable[..., ProjectFolder]) -> None:
    with newest.database() as conninfo:
        run_sql(conninfo, "drop role if exists d_reader; create role d_reader")
        folder = project({"dev": conninfo})
        folder.declare(TABLE)
        assert folder.run("apply", "dev", "--auto-approve").code == 0
        name = conninfo_to_dict(conninfo)["dbname"]
        run_sql(conninfo, f"grant connect on database {name} to d_reader; alter table t owner to d_reader")
        alone = folder.run("drift", "dev", "--detailed-exitcode")
        assert alone.code == 2, alone
        assert " ".join(alone.out.split()).count(LEFT) == 2
        assert "faberdb plan" not in alone.out
        assert folder.run("plan", "dev", "--detailed-exitcode").code == 0
        run_sql(conninfo, "alter table t add extra int")
        both = folder.run("drift", "dev")
        assert "Put the rest back: faberdb plan dev. Keep all: faberdb import dev." in " ".join(both.out.split())
        told = [json.loads(line) for line in folder.run("drift", "dev", "--json").out.splitlines()]
        put_back = {e["change"]["kind"]: e["put_back"] for e in told if e["type"] == "drift"}
        assert put_back == {"privilege": False, "owner": False, "column": True}
        # Once it is declared, a plan does.
        folder.declare(TABLE.replace("[tables.t.columns]", '[tables.t]\nowner = "@database"\n[tables.t.columns]'))
        assert folder.run("plan", "dev", "--detailed-exitcode").code == 2
