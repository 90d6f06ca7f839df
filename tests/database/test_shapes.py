"""What happens to an object when one thing about it changes: altered in place wherever the server can, never replaced.

A line in SHAPES is a change and what it must be. What changes stands in the schema file as `⟨old|new⟩`; around it
is what both have in common.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from faberdb.model import Address
from faberdb_providers.postgres.kinds import KINDS
from tests.migration import Migration, build_directly, declare
from tests.servers import Server

T = "[tables.t]\n{about}\n[tables.t.columns]\n{columns}\n{more}"


def table(columns: str = "a = 'int'", about: str = "", more: str = "") -> str:
    return T.format(columns=columns, about=about, more=more)


SHAPES: dict[str, list[tuple[str, str, str]]] = {
    # kind: (address of what changes, action, schema file)
    "schema": [("schema:s", "none", "[schemas]\ns = { comment = '⟨a|b⟩' }")],
    "extension": [("extension:vector", "alter", "[schemas]\ne = {}\n[extensions]\nvector = '⟨public|e⟩'")],
    "enum": [
        ("enum:public.e", "alter", "[enums]\ne = ⟨['a']|['a', 'b']⟩"),
        ("enum:public.e", "alter", "[enums]\ne = ⟨['b']|['a', 'b']⟩"),
        ("enum:public.e", "alter", "[enums]\ne = ⟨['a', 'b']|['b', 'a']⟩"),
    ],
    "sequence": [
        ("sequence:public.s", "alter", "[sequences]\ns = ⟨{}|{ increment = 5, cycle = true }⟩"),
        ("sequence:public.s", "alter", "[sequences]\ns = { type = '⟨integer|bigint⟩' }"),
        ("sequence:public.s", "alter", "[sequences]\ns = ⟨{}|{ owned_by = 't.a' }⟩\n" + table()),
    ],
    "table": [
        ("table:public.t", "alter", table(about="⟨|unlogged = true⟩")),
        ("table:public.t", "alter", table(about="⟨|options = { fillfactor = 70 }⟩")),
        ("table:public.t", "alter", table(about="options = { fillfactor = ⟨70|80⟩ }")),
        ("table:public.t", "alter", table(about="⟨|row_security = true⟩")),
        ("table:public.t", "alter", table(about="⟨|replica_identity = 'full'⟩")),
    ],
    "column": [
        ("column:public.t.a", "alter", table("a = '⟨int|bigint⟩'")),
        ("column:public.t.a", "alter", table("a = '⟨varchar(10)|text⟩'")),
        ("column:public.t.a", "alter", table("a = ⟨'int'|{ type = 'int', null = true }⟩")),
        ("column:public.t.a", "alter", table("a = ⟨'int'|{ type = 'int', identity = 'always' }⟩")),
        ("column:public.t.a", "alter", table("a = { type = 'int', identity = '⟨always|by default⟩' }")),
        ("column:public.t.a", "alter", table("a = { type = 'text', storage = '⟨main|external⟩' }")),
        ("column:public.t.a", "alter", table("a = { type = 'text', statistics = ⟨10|20⟩ }")),
        ("column:public.t.a", "alter", table("a = { type = 'text', collation = '⟨\"C\"|\"POSIX\"⟩' }")),
        ("column:public.t.a", "alter", table("b = 'int'\na = { type = 'int'⟨, generated = 'b + 1'|⟩ }")),
        ("column:public.t.a", "replace", table("b = 'int'\na = { type = 'int', generated = 'b + ⟨1|2⟩' }")),
    ],
    "default": [("default:public.t.a", "alter", table("a = { type = 'int', default = '⟨1|2⟩' }"))],
    "primary_key": [
        ("primary_key:public.t.t_pkey", "alter", table(about="primary_key = { columns = ['a']⟨|, clustered = true⟩ }")),
        ("primary_key:public.t.t_pkey", "replace", table("a = 'int'\nb = 'int'", "primary_key = ['⟨a|b⟩']")),
    ],
    "unique": [
        (
            "unique:public.t.u",
            "alter",
            table(more="[tables.t.uniques.u]\ncolumns = ['a']\noptions = { fillfactor = ⟨70|80⟩ }"),
        )
    ],
    "foreign_key": [
        (
            "foreign_key:public.t.f",
            "alter",
            table(
                "a = 'int'\nb = 'int'",
                "primary_key = ['a']",
                "[tables.t.foreign_keys.f]\ncolumns = ['b']\nreferences = { table = 't' }\n⟨not_valid = true|⟩",
            ),
        ),
        (
            "foreign_key:public.t.f",
            "alter",
            table(
                "a = 'int'\nb = 'int'",
                "primary_key = ['a']",
                "[tables.t.foreign_keys.f]\ncolumns = ['b']\nreferences = { table = 't' }\n⟨|deferrable = true⟩",
            ),
        ),
    ],
    "check": [
        (
            "check:public.t.c",
            "alter",
            table(more="[tables.t.checks]\nc = { expression = 'a > 0', not_valid = ⟨true|false⟩ }"),
        )
    ],
    "index": [
        ("index:public.t.i", "alter", table(more="[tables.t.indexes.i]\non = ['a']\n⟨|options = { fillfactor = 70 }⟩")),
        ("index:public.t.i", "alter", table(more="[tables.t.indexes.i]\non = ['a']\n⟨|clustered = true⟩")),
        ("index:public.t.i", "alter", table(more="[tables.t.indexes.i]\non = ['(a + 1)']\n⟨|statistics = { 1 = 50 }⟩")),
        ("index:public.t.i", "replace", table(more="[tables.t.indexes.i]\non = ['a⟨| desc⟩']")),
    ],
    "exclusion": [
        (
            "exclusion:public.t.x",
            "alter",
            table(
                more="[tables.t.exclusions.x]\nusing = 'btree'\nelements = ['a WITH =']\n"
                "options = { fillfactor = ⟨70|80⟩ }"
            ),
        )
    ],
    "view": [
        ("view:public.v", "alter", "[views]\nv = 'select 1 as a⟨|, 2 as b⟩'"),
        ("view:public.v", "alter", "[views]\nv = 'select ⟨1|2⟩ as a'"),
        (
            "view:public.v",
            "alter",
            "[views]\nv = { query = 'select 1 as a', options = { security_invoker = ⟨true|false⟩ } }",
        ),
        ("view:public.v", "replace", "[views]\nv = 'select 1 as ⟨a|b⟩'"),
    ],
    "materialized_view": [
        (
            "materialized_view:public.m",
            "alter",
            "[materialized_views]\nm = { query = 'select 1 as a', options = { fillfactor = ⟨70|80⟩ } }",
        ),
        (
            "materialized_view:public.m",
            "alter",
            "[materialized_views]\nm = { query = 'select 1 as a', unpopulated = ⟨true|false⟩ }",
        ),
    ],
    "comment": [("comment:table.public.t", "alter", table(about="comment = '⟨a|b⟩'"))],
    "grant": [("grant:table.public.t.public", "alter", table(about="grants = { public = ['⟨select|insert⟩'] }"))],
    "default_privilege": [
        (
            'default_privilege:public."tables to public"',
            "alter",
            "[default_privileges]\n'tables to public' = ['⟨select|insert⟩']",
        )
    ],
}


def cases() -> Iterator[tuple[str, str, str]]:
    for shapes in SHAPES.values():
        yield from shapes


def side(text: str, number: int) -> str:
    """The schema file before (0) or after (1) the change."""
    return re.sub(r"⟨(.*?)⟩", lambda found: found[1].split("|", 1)[number], text, flags=re.S)


@pytest.mark.parametrize(("address", "action", "text"), list(cases()))
def test_the_action_is_the_gentlest(newest: Server, address: str, action: str, text: str) -> None:
    before, after = (declare({"public.toml": side(text, n)}) for n in (0, 1))
    with newest.database() as live:
        build_directly(live, before)
        plan = Migration(newest.scratch()).plan(live, after)
    found = {change.address: change.action.value for change in plan.changes}
    assert found.get(Address.parse(address), "none") == action, found


def test_every_kind_has_shapes() -> None:
    missing = {kind.name for kind in KINDS if kind.managed} - SHAPES.keys()
    assert not missing
