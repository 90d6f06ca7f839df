"""A project with one table of three rows, for tests of what must leave it as it is."""

from __future__ import annotations

from pathlib import Path

import psycopg

from tests.conftest import ProjectFolder, Ran
from tests.servers import Server, rows

CUSTOMER = """\
schema = "public"

[tables.customer]
primary_key = ["id"]

[tables.customer.columns]
id    = "bigint"
email = { type = "text", null = true }
"""
STATE = Path(".faberdb/state/live.json")


class Shop:
    """A database with a table and three rows, and a project that declares it, both in step."""

    def __init__(self, server: Server, folder: ProjectFolder, conninfo: str) -> None:
        self.server, self.folder, self.conninfo = server, folder, conninfo
        folder.declare(CUSTOMER)
        done = folder.run("apply", "live", "--auto-approve")
        assert done.code == 0, done.err
        with psycopg.connect(conninfo) as connection:
            connection.execute("insert into customer values (1, 'a@x'), (2, 'a@x'), (3, null)")
        self.before = self.now()

    def now(self) -> tuple[object, ...]:
        return self.server.dump(self.conninfo), rows(self.conninfo), (self.folder.root / STATE).read_bytes()

    def declare_more(self, text: str) -> None:
        self.folder.declare(CUSTOMER + text)

    def refuses(self, ran: Ran, code: int, *words: str) -> str:
        """The command ended with this code, said these words, and changed nothing."""
        said = ran.err + ran.out
        assert ran.code == code, said
        for word in words:
            assert word in said, said
        assert "Traceback" not in said
        assert self.now() == self.before
        return said
