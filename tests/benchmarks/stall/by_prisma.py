"""Prisma as a contender: the SQL of `prisma migrate diff`, run as `prisma migrate deploy` runs it.

The schema wanted is what `prisma db pull` reads from a database in which the naive statements ran: all of it that
Prisma can say. From there on Prisma decides what the difference is, and whether there is one.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote, urlencode

from psycopg.conninfo import conninfo_to_dict

from tests.benchmarks.stall.contenders import Contender, Occasion, Prepared, statements

VERSION = "7.10.1"
ABOUT = (
    "is the script of `prisma migrate diff`, from the database as it is to the schema that `prisma db pull` reads where"
    " the naive statements ran, sent whole on one connection, as `prisma migrate deploy` does"
)
CONFIG = 'export default { schema: "schema.prisma", datasource: { url: process.env.DATABASE_URL } };\n'
SCHEMA = 'datasource db {\n  provider = "postgresql"\n}\n'


class PrismaError(Exception):
    """Prisma ended with an error."""


def prisma(*args: str, cwd: Path, conninfo: str = "") -> str:
    """What Prisma prints. Raises PrismaError."""
    environ = {
        **os.environ,
        "DATABASE_URL": url(conninfo) if conninfo else "postgresql://localhost/none",
        # Its engine is no part of the package: the program fetches it when it is needed, unless
        # PRISMA_SCHEMA_ENGINE_BINARY names one. The script at installation would fetch it in any case.
        "npm_config_ignore_scripts": "true",
        "PRISMA_HIDE_UPDATE_MESSAGE": "1",
        "CHECKPOINT_DISABLE": "1",
        "NO_COLOR": "1",
    }
    command = ["npx", "--yes", f"prisma@{VERSION}", *args]
    try:
        done = subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, check=False, timeout=900)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PrismaError(str(error)) from error
    if done.returncode:
        lines = [line for line in (done.stderr + done.stdout).splitlines() if line and not line.startswith("npm warn")]
        raise PrismaError(f"prisma {args[0]} ended with {done.returncode}: {' '.join(lines)}")
    return done.stdout


def url(conninfo: str) -> str:
    """A connection string in the form that Prisma takes; a socket's folder goes into a parameter."""
    found = {key: str(value) for key, value in conninfo_to_dict(conninfo).items()}
    host = found.get("host", "localhost")
    server, more = ("localhost", "?" + urlencode({"host": host})) if host.startswith("/") else (host, "")
    password = f":{quote(found['password'], safe='')}" if "password" in found else ""
    user = quote(found.get("user", "postgres"), safe="")
    return f"postgresql://{user}{password}@{server}:{found.get('port', '5432')}/{quote(found['dbname'], safe='')}{more}"


def is_empty(script: str) -> bool:
    """Whether a script has only comments: Prisma writes one into a migration without statements."""
    return not re.sub(r"--.*", "", script).strip()


def prepare(occasion: Occasion) -> Prepared | None:
    folder = occasion.folder.root / "prisma"
    folder.mkdir()
    (folder / "prisma.config.ts").write_text(CONFIG)
    (folder / "schema.prisma").write_text(SCHEMA)
    prisma("db", "pull", cwd=folder, conninfo=occasion.wanted)
    diff = ("migrate", "diff", "--from-config-datasource", "--to-schema", "schema.prisma", "--script")
    script = prisma(*diff, cwd=folder, conninfo=occasion.conninfo)
    return None if is_empty(script) else statements(occasion.conninfo, script.strip())


def contender(folder: Path) -> Contender:
    """Prisma as it is found on this machine. folder: an empty one to ask from."""
    absent = ""
    if shutil.which("npx") is None:
        absent = "npx, a part of Node.js, is not installed"
    else:
        try:
            prisma("--version", cwd=folder)  # this fetches all that is missing
        except PrismaError as error:
            absent = str(error)
    return Contender("prisma", ABOUT, VERSION, prepare, absent)
