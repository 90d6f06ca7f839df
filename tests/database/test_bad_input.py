"""Whatever goes wrong, the message says what, where and what to do, the exit code says of what sort it was, and the
database and the state are as they were."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tests.database.shop import Shop


def test_missing_variable(shop: Shop) -> None:
    del shop.folder.env["LIVE_URL"]
    said = shop.folder.run("plan", "live")
    shop.refuses(said, 1, "LIVE_URL", "faberdb.toml", "help: export LIVE_URL=")


def test_unreachable_server(shop: Shop) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    shop.folder.env["LIVE_URL"] = f"postgresql://ann:hunter2@127.0.0.1:{port}/shop"
    said = shop.refuses(shop.folder.run("plan", "live"), 1, "cannot connect to environment live", "help:")
    assert "hunter2" not in said


def test_a_server_that_is_too_old(shop: Shop) -> None:
    with OldServer() as port:
        shop.folder.env["LIVE_URL"] = f"postgresql://ann@127.0.0.1:{port}/shop"
        shop.refuses(shop.folder.run("plan", "live"), 1, "PostgreSQL 12", "older than 13")


def test_a_role_without_rights(shop: Shop) -> None:
    with psycopg.connect(shop.conninfo, autocommit=True) as connection:
        connection.execute("create role looker login")
    try:
        shop.declare_more('phone = { type = "text", null = true }\n')
        shop.folder.env["LIVE_URL"] = make_conninfo(shop.conninfo, user="looker")
        ran = shop.folder.run("apply", "live", "--auto-approve")
        shop.refuses(ran, 1, "permission denied", "help:")
    finally:
        with psycopg.connect(shop.conninfo, autocommit=True) as connection:
            connection.execute("drop role looker")


@pytest.fixture
def role(shop: Shop) -> Iterator[str]:
    """A role that may make schemas in the database and owns nothing there; the commands connect as it."""
    with psycopg.connect(shop.conninfo, autocommit=True) as connection:
        connection.execute("create role helper login")
        name = connection.info.dbname
        connection.execute(f'grant create on database "{name}" to helper'.encode())
        connection.execute("drop schema faberdb, faberdb_quarantine cascade")
        shop.folder.env["LIVE_URL"] = make_conninfo(shop.conninfo, user="helper")
        yield "helper"
        connection.execute("drop owned by helper; drop role helper")


def schemas(shop: Shop) -> list[str]:
    """Those that faberdb has made for itself."""
    with psycopg.connect(shop.conninfo) as connection:
        found = connection.execute("select nspname from pg_namespace where nspname ~ '^faberdb' order by 1")
        return [name for (name,) in found.fetchall()]


def test_a_table_of_another_role_is_not_begun_with(shop: Shop, role: str) -> None:
    shop.declare_more('phone = { type = "text", null = true }\n\n[tables.visit.columns]\nid = "bigint"\n')
    ran = shop.folder.run("apply", "live", "--auto-approve")
    said = shop.refuses(ran, 9, "role helper may not do what the plan does in environment live", "help: connect as")
    assert "table public.customer is altered, and only its owner postgres may do that: GRANT postgres TO" in said
    assert f"GRANT CREATE ON SCHEMA public TO {role}" in said
    assert schemas(shop) == []


def test_a_right_that_only_shows_when_it_is_used(shop: Shop, role: str) -> None:
    """Nothing of the plan remains, and nothing that the apply made for itself."""
    shop.declare_more("""
[tables.customer.triggers.quiet]
events  = ["update"]
execute = "pg_catalog.suppress_redundant_updates_trigger"
""")
    ran = shop.folder.run("apply", "live", "--auto-approve")
    said = shop.refuses(ran, 7, "the role that applies the plan may not do what a step does", "permission denied")
    assert "report this" not in said
    assert schemas(shop) == []
    assert role


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("[tables.customer.checks\n", "public.toml:9:", "TOML"),
        ('[tables.customer.checkz]\na = "true"\n', "public.toml:9:", "checks"),
        ("phone = 3\n", "public.toml:9:1", "phone"),
    ],
    ids=["broken TOML", "unknown key", "wrong type"],
)
def test_broken_declarations(shop: Shop, text: str, place: str, words: str) -> None:
    shop.declare_more(text)
    shop.refuses(shop.folder.run("plan", "live"), 1, place, words)
    shop.refuses(shop.folder.run("validate"), 1, place, words)


def test_an_unknown_type(shop: Shop) -> None:
    shop.declare_more('phone = "telephone"\n')
    shop.refuses(shop.folder.run("plan", "live"), 1, "public.toml:9:10", 'type "telephone" does not exist')


def test_only_what_is_wrong_itself_is_told(shop: Shop) -> None:
    """Not the views over it, and not how a column was filled once, which may name what is gone long since."""
    shop.declare_more("""phone = "telephone"
mobile = { type = "text", backfill = "former" }
[views]
phones = "select id, phone from customer"
numbers = "select phone from phones"
others = "select nothing from customer"
""")
    ran = shop.folder.run("plan", "live")
    shop.refuses(ran, 1, "public.toml:9:10", 'type "telephone" does not exist', 'column "nothing" does not exist')
    assert ran.err.count("ERROR") == 2, ran.err


def test_an_index_on_an_unknown_column(shop: Shop) -> None:
    shop.declare_more('\n[tables.customer.indexes]\ncustomer_phone_idx = ["phone"]\n')
    shop.refuses(shop.folder.run("plan", "live"), 1, "public.toml:11:1", 'column "phone" does not exist')


def test_a_view_that_does_not_compile(shop: Shop) -> None:
    shop.declare_more('\n[views]\nnames = "select nam from customer"\n')
    shop.refuses(shop.folder.run("plan", "live"), 1, "public.toml:11:17", 'column "nam" does not exist')


def test_a_check_whose_function_names_its_table_without_a_schema(shop: Shop) -> None:
    """By hand it works, with the search_path of that session; from a dump it cannot be restored, and not planned."""
    shop.declare_more("""
[tables.customer.checks]
known = "known(id::text)"
[tables.allowed.columns]
code = "text"
[functions.known]
arguments = "code text"
returns = "boolean"
language = "sql"
volatility = "stable"
body = "select exists (select from allowed a where a.code = $1)"
""")
    place = "public.toml:11:"
    shop.refuses(shop.folder.run("plan", "live"), 1, place, "write the schema before allowed there", "search_path")


def test_two_files_that_declare_one_object(shop: Shop) -> None:
    shop.folder.declare('schema = "public"\n\n[tables.customer]\n', "second.toml")
    shop.refuses(shop.folder.run("plan", "live"), 1, "public.toml:3:", "second.toml:3:", "customer")


def test_views_that_need_each_other(shop: Shop) -> None:
    shop.declare_more('\n[views]\na = "select * from b"\nb = "select * from a"\n')
    said = shop.refuses(shop.folder.run("plan", "live"), 1, "these objects need each other", "help: let one of them")
    assert "public.toml:11:1: view public.a needs view public.b" in said
    assert "public.toml:12:1: view public.b needs view public.a" in said
    assert 'relation "b" does not exist' in said


CIRCLES = {
    "tables that inherit each other": (
        '[tables.a]\ninherits = ["b"]\n[tables.b]\ninherits = ["a"]\n',
        ("10:9: table public.a needs table public.b", "12:9: table public.b needs table public.a"),
    ),
    "partitions of each other": (
        '[tables.a]\npartition_of = "b"\npartition_by = "LIST (id)"\nbound = "DEFAULT"\n'
        '[tables.b]\npartition_of = "a"\npartition_by = "LIST (id)"\nbound = "DEFAULT"\n',
        ("10:9: table public.a needs table public.b", "14:9: table public.b needs table public.a"),
    ),
    "a function and a view": (
        '[views]\nv = "select * from f()"\n[functions.f]\nreturns = "setof v"\nlanguage = "sql"\nbody = "table v"\n',
        ("11:1: view public.v needs function public.f", "12:12: function public.f() needs view public.v"),
    ),
}


@pytest.mark.parametrize(("text", "members"), CIRCLES.values(), ids=CIRCLES)
def test_a_circle(shop: Shop, text: str, members: tuple[str, str]) -> None:
    """Who is part of it, where each stands and whom it needs, and nothing of the driver's."""
    shop.declare_more("\n" + text)
    said = shop.refuses(shop.folder.run("plan", "live"), 1, "these objects need each other", "help: let one of them")
    assert all(f"public.toml:{member}" in said for member in members), said
    assert "psycopg" not in said


class OldServer:
    """Speaks just enough of the protocol to say that it is PostgreSQL 12, which no registry offers any more."""

    def __enter__(self) -> int:
        self.socket = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()
        return int(self.socket.getsockname()[1])

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                while True:
                    size = int.from_bytes(connection.recv(4), "big")
                    if not size:
                        break
                    code = int.from_bytes(connection.recv(size - 4)[:4], "big")
                    if code in (80877103, 80877104):  # SSLRequest, GSSENCRequest
                        connection.sendall(b"N")
                        continue
                    connection.sendall(_message(b"R", (0).to_bytes(4, "big")))
                    for key, value in (("server_version", "12.22"), ("client_encoding", "UTF8")):
                        connection.sendall(_message(b"S", f"{key}\0{value}\0".encode()))
                    connection.sendall(_message(b"K", bytes(8)) + _message(b"Z", b"I"))
                    connection.recv(1024)
                    break


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + (len(body) + 4).to_bytes(4, "big") + body


def test_create_asks_where_something_would_go(shop: Shop) -> None:
    shop.folder.declare("")
    asked = shop.folder.run("create", "live")
    assert (asked.code, "there is no terminal to ask on" in asked.err) == (5, True), asked
    assert shop.now() == shop.before


def test_a_name_that_postgresql_would_cut_is_refused(shop: Shop) -> None:
    name = "ü" * 32
    shop.declare_more(f'[tables.{"x" * 63}.columns]\nid = "bigint"\n[tables."{name}".columns]\nid = "bigint"\n')
    shop.refuses(shop.folder.run("plan", "live"), 1, "public.toml:11:9:", name, "more than 63 bytes")


def test_a_name_may_fill_all_bytes_wherever_it_is_said(shop: Shop) -> None:
    name = "x" * 63
    shop.declare_more(f'[tables.{name}.columns]\nid = "bigint"\n[publications.all.tables.{name}]\n')
    assert shop.folder.run("plan", "live").code == 0


def test_a_schema_file_nested_without_end_is_one_clear_error(shop: Shop) -> None:
    shop.declare_more("x = " + "[" * 5000 + "]" * 5000 + "\n")
    shop.refuses(shop.folder.run("validate"), 1, "public.toml:1:1: nested too deeply to be read")


PARTITIONED = """
[tables.visit]
partition_by = "RANGE (day)"

[tables.visit.columns]
day = "date"

[tables.visit_2020]
partition_of = "visit"
bound        = "FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')"
"""


def test_a_partition_that_overlaps_one_that_is_there(shop: Shop) -> None:
    shop.declare_more(PARTITIONED)
    assert shop.folder.run("apply", "live", "--auto-approve").code == 0
    shop.before = shop.now()
    bound = "FOR VALUES FROM ('2020-06-01') TO ('2021-06-01')"
    shop.declare_more(PARTITIONED + f'\n[tables.visit_late]\npartition_of = "visit"\nbound = "{bound}"\n')
    ran = shop.folder.run("plan", "live")
    shop.refuses(ran, 1, "public.toml:22:27: table public.visit_late", 'would overlap partition "visit_2020"')


def test_a_backfill_that_names_nothing(shop: Shop) -> None:
    shop.declare_more('phone = { type = "text", backfill = "nothing" }\n')
    shop.refuses(shop.folder.run("plan", "live"), 1, "public.toml:9:38: column", 'column "nothing" does not exist')
