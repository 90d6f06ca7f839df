"""The main job of faberdb, step by step, on an embedded PostgreSQL: `make demo`, or `python demo.py [FOLDER]`.

Every command is printed before it runs and checked after it, so what you read here is what happened. The project is
left behind for you to go on with.
"""

from __future__ import annotations

import difflib
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, NoReturn

import psycopg

EXAMPLE = Path(__file__).resolve().parent / "shop"
CHECKOUT = EXAMPLE.parents[2]
MARK = ".faberdb-demo"
"""A file that says: this folder was made by the demo, so the demo may remove it."""

CHANGES = (
    (
        "sales.toml",
        "customers collect points: a new column with a default, and an index",
        'created_at = { type = "timestamptz", default = "now()" }\nclosed_at ',
        'created_at = { type = "timestamptz", default = "now()" }\n'
        'points     = { type = "integer", default = "0" }\nclosed_at ',
    ),
    (
        "sales.toml",
        "",
        'customer_created_at_idx = { on = ["created_at"], using = "brin" }\n',
        'customer_created_at_idx = { on = ["created_at"], using = "brin" }\n'
        'customer_points_idx     = { on = ["points desc"], where = "points > 0" }\n',
    ),
    (
        "sales.toml",
        "nobody has a fax machine any longer: the column is dropped",
        'fax        = { type = "text", null = true, comment = "Nobody asks for it any longer" }\n',
        "",
    ),
    (
        "sales.toml",
        "a column gets a better name, and its index too",
        'zip         = "text"\n',
        'postal_code = { type = "text", renamed_from = "zip" }\n',
    ),
    (
        "sales.toml",
        "",
        'address_zip_idx         = ["country", "zip"]\n',
        'address_postal_code_idx = { on = ["country", "postal_code"], renamed_from = "address_zip_idx" }\n',
    ),
    (
        "sales.toml",
        "orders can come back: one more value of an enum",
        '"delivered", "cancelled"]\npayment_method',
        '"delivered", "returned", "cancelled"]\npayment_method',
    ),
    (
        "sales.toml",
        "coupons: a new table with foreign keys",
        "# --- what people look at\n",
        """\
[tables.coupon]
comment     = "Given to a customer, and spent on at most one order"
primary_key = ["code"]

[tables.coupon.columns]
code        = "text"
customer_id = "bigint"
order_id    = { type = "bigint", null = true }
percent     = { type = "smallint", default = "10" }

[tables.coupon.checks]
coupon_percent_check = "percent between 1 and 50"

[tables.coupon.foreign_keys.coupon_customer_id_fkey]
columns    = ["customer_id"]
references = { table = "customer", columns = ["id"] }
on_delete  = "cascade"

[tables.coupon.foreign_keys.coupon_order_id_fkey]
columns    = ["order_id"]
references = { table = "orders", columns = ["id"] }
on_delete  = "set null"

# --- what people look at
""",
    ),
    (
        "warehouse.toml",
        "a depot holds more than 32,767 of a thing: a wider type, under a check and a view",
        'on_hand    = { type = "smallint", default = "0" }',
        'on_hand    = { type = "integer", default = "0" }',
    ),
    (
        "views/open_order.sql",
        "a view says one thing more",
        "       t.total - t.paid as due\n",
        "       t.total - t.paid as due,\n       t.placed_at\n",
    ),
)
"""File, what for, the text that is there and the text that takes its place."""

SOMEBODY = """\
drop index sales.customer_points_idx;
alter table sales.coupon add column note text;
"""

FAXES = "select id, fax from sales.customer where fax is not null order by id"


class Demo:
    """Runs and prints the steps; the first one that does not end as said ends the demo."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.began = time.monotonic()
        program = Path(sys.executable).with_name("faberdb")
        self.program = [str(program)] if program.exists() else [sys.executable, "-m", "faberdb.cli.main"]
        self.number = 0

    def say(self, text: str = "") -> None:
        print(text, flush=True)

    def chapter(self, title: str) -> None:
        self.number += 1
        self.say(f"\n{_bold(f'{self.number}. {title}')}\n")

    def fail(self, why: str) -> NoReturn:
        self.say(f"\nThe demo stops here: {why}.")
        raise SystemExit(1)

    def check(self, fact: bool, what: str) -> None:
        if not fact:
            self.fail(f"this should hold and does not: {what}")
        self.say(f"   {_green('ok')} {what}")

    def faberdb(self, *arguments: str, code: int = 0, fold: tuple[int, int] | None = None) -> None:
        """Run a command as a user would, with its output as it comes, and insist on its exit code.

        fold: how many lines of a long output are shown of its beginning and of its end.
        """
        self.say(_bold(f"$ {shlex.join(['faberdb', *arguments])}"))
        together: dict[str, Any] = (
            {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True} if fold else {}
        )
        command = [*self.program, *arguments]
        found = subprocess.run(command, cwd=self.folder, stdin=subprocess.DEVNULL, check=False, **together)
        if fold:
            lines, (head, tail) = found.stdout.splitlines(), fold
            hidden = len(lines) - head - tail
            if found.returncode == code and hidden > 1:
                lines[head:-tail] = [f"   ... {hidden} more lines of this kind"]
            self.say("\n".join(lines))
        if found.returncode != code:
            self.fail(f"that ended with exit code {found.returncode}, not {code}")
        if code:
            self.say(f"   (exit code {code})")

    def ask(self, *arguments: str) -> str:
        """The output of a command that is not shown."""
        command = [*self.program, *arguments]
        found = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        if found.returncode:
            self.fail(f"{shlex.join(['faberdb', *arguments])} failed: {found.stderr.strip()}")
        return found.stdout

    @cached_property
    def connection_string(self) -> str:
        """Where the database listens, as `faberdb status dev --json` tells programs."""
        lines = self.ask("status", "dev", "--json").splitlines()
        found = next(filter(None, (_find(json.loads(line), "url") for line in lines)), None)
        if not found:
            self.fail("`faberdb status dev --json` does not say where the database listens")
        return str(found)

    def sql(self, text: str) -> list[tuple[Any, ...]]:
        """Run SQL as the application or a colleague would: past faberdb."""
        with psycopg.connect(self.connection_string, autocommit=True) as connection:
            cursor = connection.execute(text.encode())
            return cursor.fetchall() if cursor.description else []

    def one(self, text: str) -> Any:
        return self.sql(text)[0][0]


def _find(value: Any, key: str) -> Any:
    """The first value of that key, however deep."""
    if isinstance(value, dict):
        return value.get(key) or next(filter(None, (_find(item, key) for item in value.values())), None)
    return next(filter(None, (_find(item, key) for item in value)), None) if isinstance(value, list) else None


def _styled(code: str, text: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else text


def _bold(text: str) -> str:
    return _styled("1", text)


def _green(text: str) -> str:
    return _styled("32", text)


def prepare(demo: Demo) -> None:
    """A fresh copy of the example; what an earlier demo left is removed."""
    demo.chapter("A project: a web shop, declared in TOML")
    if demo.folder.exists() and any(demo.folder.iterdir()):
        if not (demo.folder / MARK).is_file():
            demo.fail(f"{demo.folder} is not empty and was not made by this demo; name another folder")
        demo.ask("stop", "dev")
        data = demo.folder / ".faberdb" / "postgres" / "dev" / "data"
        if data.is_symlink():
            shutil.rmtree(data.resolve(), ignore_errors=True)
        shutil.rmtree(demo.folder)
        demo.say("The folder of the last demo was removed, and its server stopped.")
    shutil.copytree(EXAMPLE, demo.folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".faberdb", "plan.json"))
    (demo.folder / MARK).write_text("Made by the demo of faberdb, which removes this folder when it is run again.\n")
    contracts = demo.folder / ".faberdb"
    contracts.mkdir()
    for source in files("faberdb_schemas").iterdir():
        if source.name.endswith(".schema.json"):
            (contracts / source.name).write_bytes(source.read_bytes())
    demo.say(_bold(f"$ cp -r {EXAMPLE} {demo.folder}\n$ cd {demo.folder}"))
    for file in sorted(path for path in demo.folder.rglob("*") if path.suffix in (".toml", ".sql")):
        demo.say(f"   {file.relative_to(demo.folder)}")
    demo.say()
    demo.faberdb("validate")


def create(demo: Demo) -> None:
    demo.chapter("Create the database, and its schema")
    demo.say("One command makes the database (here: an embedded PostgreSQL, nothing is installed on your machine) and")
    demo.say("everything in it. The plan is run on a throwaway server first, forward and back.\n")
    demo.faberdb("create", "dev", fold=(24, 12))
    rows = (demo.folder / "rows.sql").read_text()
    demo.say(f"\nThe shop opens: rows.sql is loaded, by psycopg, not by faberdb ({rows.count('insert into')} INSERTs).")
    demo.sql(rows)
    orders, items = demo.one("select count(*) from sales.orders"), demo.one("select count(*) from sales.order_item")
    demo.check(orders == 1200 and items > orders, f"{orders} orders with {items} items are in the database")
    demo.say("\nRows are no change of the schema:")
    demo.faberdb("plan", "dev", "--detailed-exitcode")


def change(demo: Demo) -> None:
    demo.chapter("Change the declaration")
    demo.say("The shop grows. Somebody edits the files:\n")
    for name in dict.fromkeys(name for name, *_ in CHANGES):
        file = demo.folder / "schemas" / name
        old = new = file.read_text()
        for _, why, before, after in (item for item in CHANGES if item[0] == name):
            if new.count(before) != 1:
                demo.fail(f"schemas/{name} does not hold once: {before!r}")
            new = new.replace(before, after)
            if why:
                demo.say(f" * {why}")
        file.write_text(new)
        lines = difflib.unified_diff(old.splitlines(), new.splitlines(), f"schemas/{name}", "", lineterm="", n=0)
        for line in lines:
            if line.startswith(("+", "-")) and line.strip() not in ("+++", "+", "-"):
                demo.say(f"   {_styled('32' if line[0] == '+' else '31', line) if line[:3] != '---' else line}")
        demo.say()


def plan_and_apply(demo: Demo) -> None:
    demo.chapter("Look at the plan")
    demo.faberdb("plan", "dev", "--out", "plan.json")
    plan = json.loads((demo.folder / "plan.json").read_text())
    proof = plan["proof"] or {}
    demo.check(
        bool(proof.get("forward") and proof.get("backward")), f"proven forward and back on {proof.get('server')}"
    )
    demo.say("\nThe same for a pull request (`--markdown`), for psql (`--sql`), and with the SQL of each step (`-v`):")
    demo.say(_bold("$ faberdb show plan.json --sql"))
    script = demo.ask("show", "plan.json", "--sql").splitlines()
    for line in script[:8]:
        demo.say(f"   {line[:110]}")
    demo.say(f"   ... {len(script)} lines")

    demo.chapter("Apply it")
    demo.say("A saved plan is the consent: it is applied as it is, or not at all if the database has changed since.\n")
    demo.faberdb("apply", "plan.json")
    demo.check(
        demo.one("select count(*) from sales.address where postal_code <> ''") == 650, "the renamed column has its rows"
    )
    demo.check(
        demo.one("select count(*) from sales.customer where points = 0") == 500, "the new column has its default"
    )
    gone = demo.sql("select 1 from pg_attribute where attrelid = 'sales.customer'::regclass and attname = 'fax'")
    demo.check(not gone, "the dropped column is gone, its values are in quarantine")
    demo.say("\nA plan is spent once:")
    demo.faberdb("apply", "plan.json", code=3)


def drift(demo: Demo) -> None:
    demo.chapter("Somebody alters the database by hand")
    demo.say("At night, on the console, to make something quick:\n")
    for line in SOMEBODY.splitlines():
        demo.say(f"   {line}")
    demo.sql(SOMEBODY)
    demo.say("\nfaberdb remembers what it left behind:\n")
    demo.faberdb("drift", "dev", "--detailed-exitcode", code=2)

    demo.chapter("Put it right")
    demo.say("The declaration is what counts, so a plan takes the night's work back. (If the night's work was right,")
    demo.say("you would write it into the files instead, and this plan would be empty.)\n")
    demo.faberdb("apply", "dev", "--auto-approve")
    demo.faberdb("drift", "dev", "--detailed-exitcode")


def roll_back(demo: Demo, faxes: list[tuple[Any, ...]]) -> None:
    demo.chapter("Take the change back")
    demo.say(
        "The shop is not ready for all this. Two plans stand since the shop was opened, the change and the repair;"
    )
    demo.say("each is taken back by a plan of its own, proven like any other.\n")
    demo.faberdb("rollback", "dev", "--steps", "2", "--auto-approve", fold=(28, 8))
    demo.say("\nThe application has its old column again, with every value it had:")
    demo.say(f"   {FAXES}")
    now = demo.sql(FAXES)
    for number, fax in now[:3]:
        demo.say(f"   {number:>6} | {fax}")
    demo.say(f"   ... {len(now)} rows")
    demo.check(now == faxes, "the values of the dropped column are what they were before the change")
    demo.check(
        demo.one("select count(*) from sales.address where zip <> ''") == 650, "the renamed column has its old name"
    )
    coupons = demo.one("select to_regclass('sales.coupon') is null")
    demo.check(bool(coupons), "the new table is gone")


def farewell(demo: Demo) -> None:
    demo.chapter("Yours now")
    demo.faberdb("status", "dev")
    program = Path(demo.program[0])
    psql = demo.connection_string
    demo.say(
        f"""
The database runs on, with all its rows. The files still declare the change that was taken back. To go on:

   cd {demo.folder}
   export PATH={program.parent}:$PATH

   faberdb plan dev -v                  the change again, with the SQL of each step
   faberdb apply dev                    make it (dev has auto_migrate, so it asks nothing)
   faberdb rollback dev                 take it back (asks first)
   $EDITOR schemas/sales.toml           declare something of your own, then plan again
   faberdb status dev                   where it stands
   faberdb stop dev                     stop the server; the data stays

The database listens here, for psql or your application:

   {psql}

That took {time.monotonic() - demo.began:.0f} seconds."""
    )


def main(arguments: list[str]) -> int:
    """Runs the demo in a folder that may be named; what it returns is the exit code."""
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        sys.stderr.write("usage: demo.py [FOLDER]\n")
        return 2
    folder = Path(arguments[0]).resolve() if arguments else CHECKOUT / "demo" / "shop"
    demo = Demo(folder)
    prepare(demo)
    create(demo)
    faxes = demo.sql(FAXES)
    change(demo)
    plan_and_apply(demo)
    drift(demo)
    roll_back(demo, faxes)
    farewell(demo)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
