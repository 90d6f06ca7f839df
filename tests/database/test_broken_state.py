"""A state file that was cut off: the error gives the command that puts the last whole one back, and it does."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

from tests.conftest import ProjectFolder
from tests.servers import Server

CUSTOMER = 'schema = "public"\n\n[tables.customer.columns]\nid = "bigint"\n'


def test_the_last_whole_state_is_put_back_by_the_command_named(
    newest: Server, project: Callable[..., ProjectFolder]
) -> None:
    with newest.database() as conninfo:
        folder = project({"live": conninfo})
        for text in (CUSTOMER, CUSTOMER + 'email = "text"\n'):
            folder.declare(text)
            assert folder.run("apply", "live", "--auto-approve").code == 0
        state = folder.root / ".faberdb/state/live.json"
        state.write_bytes(state.read_bytes()[:1000])
        folder.declare(CUSTOMER + 'email = "text"\nphone = "text"\n')
        ran = folder.run("plan", "live")
        assert ran.code == 1, ran
        assert "live.json: the state cannot be read" in ran.err
        command = ran.err.partition("put the last whole one back: ")[2].strip()
        assert command.startswith("cp "), ran.err
        subprocess.run(command, shell=True, check=True, cwd=folder.root)
        ran = folder.run("apply", "live", "--auto-approve")
        assert ran.code == 0, ran.err
        assert "as recorded" in folder.run("status", "live").out
        both = (state, state.with_name("live.json.backup"))
        for file in both:
            file.write_bytes(file.read_bytes()[:1000])
        ran = folder.run("drift", "live")
        assert (ran.code, "faberdb import live" in ran.err, "cp " in ran.err) == (1, True, False), ran
