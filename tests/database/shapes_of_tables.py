"""What happens to tables, and to what hangs on them, when one thing about them changes; see test_shapes."""

from __future__ import annotations

T = "[tables.t]\n{about}\n[tables.t.columns]\n{columns}\n{more}"


def table(columns: str = "a = 'int'", about: str = "", more: str = "") -> str:
    return T.format(columns=columns, about=about, more=more)


G = (
    "[functions.f]\nreturns = 'trigger'\nbody = 'begin return new; end'\n"
    "[tables.t.columns]\na = 'int'\n[tables.t.triggers.g]\nexecute = 'f'\n"
)
P = table() + "[tables.t.policies.p]\n"
R = table() + "[tables.t.rules.r]\n"
S = table("a = 'int'\nb = 'int'") + "[tables.t.statistics]\n"
PART = "[tables.p]\npartition_of = 't'\nbound = '"
REST = "partition_of = 't'\nbound = 'DEFAULT'"
BY = "partition_by = 'LIST (a)'"
C = "[composite_types.c.columns]\na = 'int'\n"
M = "[access_methods.m]\nhandler = 'heap_tableam_handler'\ntable = true\n"


TABLES: dict[str, list[tuple[str, str, str]]] = {
    "table": [
        ("table:public.t", "alter", table(about="⟨|unlogged = true⟩")),
        ("table:public.t", "alter", table(about="⟨|options = { fillfactor = 70 }⟩")),
        ("table:public.t", "alter", table(about="options = { fillfactor = ⟨70|80⟩ }")),
        ("table:public.t", "alter", table(about="⟨|row_security = true⟩")),
        ("table:public.t", "alter", table(about="⟨|replica_identity = 'full'⟩")),
        ("table:public.t", "alter", table(about="⟨|force_row_security = true⟩")),
        (
            "table:public.p",
            "alter",
            table(about="partition_by = 'LIST (a)'", more=PART + "⟨FOR VALUES IN (1)|DEFAULT⟩'"),
        ),
        ("table:public.c", "alter", table(more="[tables.c]\n⟨inherits = ['t']|⟩\n[tables.c.columns]\na = 'int'")),
        ("table:public.t", "alter", table(about="⟨|tablespace = 'fast'⟩")),
        ("table:public.t", "replace", table(about="partition_by = '⟨LIST|HASH⟩ (a)'")),
        (
            "table:public.p",
            "alter",
            table(
                about="partition_by = 'LIST (a)'",
                more=f"[tables.p]\n⟨{REST}|columns = {{ a = 'int' }}⟩",
            ),
        ),
        (
            "table:public.p",
            "alter",
            "⟨|" + table(about="partition_by = 'LIST (a)'") + f"⟩\n[tables.p]\n⟨columns = {{ a = 'int' }}|{REST}⟩",
        ),
        (
            "table:public.p",
            "alter",
            table(
                about="partition_by = 'LIST (a)'",
                more=f"[tables.u]\n{BY}\ncolumns = {{ a = 'int' }}\n[tables.p]\n" + REST.replace("t'", "⟨t|u⟩'", 1),
            ),
        ),
        (
            "table:public.p",
            "alter",
            table(
                about="partition_by = 'LIST (a)'",
                more="[tables.p]\n⟨columns = { a = 'int', b = 'int' }|partition_of = 't'\nbound = 'DEFAULT'⟩",
            ),
        ),
        (
            "table:public.p",
            "replace",
            table(
                about="partition_by = 'LIST (a)'",
                more="[tables.p]\n⟨columns = { a = 'text' }|partition_of = 't'\nbound = 'DEFAULT'⟩",
            ),
        ),
        ("table:public.t", "replace", table(about="⟨|partition_by = 'LIST (a)'⟩")),
        ("table:public.t", "replace", table("a = '⟨int|bigint⟩'", about="partition_by = 'LIST (a)'")),
        (
            "table:public.c",
            "alter",
            table(more="[tables.u.columns]\na = 'int'\n[tables.c]\ninherits = ['⟨t|u⟩']"),
        ),
        (
            "table:public.c",
            "alter",
            table(more="[tables.u.columns]\nb = 'int'\n[tables.c]\ninherits = ⟨['t', 'u']|['u', 't']⟩"),
        ),
        ("table:public.c", "replace", table(more="[tables.c]\n⟨inherits = ['t']|columns = { a = 'int' }⟩")),
        ("table:public.c", "replace", table(more="[tables.c]\ninherits = ['t']\n⟨|columns = { a = 'int' }⟩")),
        ("table:public.t", "alter", C + table("a = { type = 'int', null = true }", about="⟨|of = 'c'⟩")),
        (
            "table:public.t",
            "alter",
            C
            + "⟨|b = 'int'⟩\n"
            + table("a = { type = 'int', null = true }\n⟨|b = { type = 'int', null = true }⟩", about="of = 'c'"),
        ),
        ("table:public.t", "alter", M + table(about="⟨|access_method = 'm'⟩")),
        ("table:public.t", "alter", M + table(about="partition_by = 'LIST (a)'\n⟨access_method = 'm'|⟩")),
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
        ("column:public.t.a", "alter", table("b = 'int'\na = { type = 'int', generated = 'b + ⟨1|2⟩' }")),
        (
            "column:public.t.a",
            "alter",
            table("b = 'int'\na = { type = 'int', virtual = true, generated = 'b + ⟨1|2⟩' }"),
        ),
    ],
    "default": [("default:public.t.a", "alter", table("a = { type = 'int', default = '⟨1|2⟩' }"))],
    "primary_key": [
        ("primary_key:public.t.t_pkey", "alter", table(about="primary_key = { columns = ['a']⟨|, clustered = true⟩ }")),
        (
            "primary_key:public.t.t_pkey",
            "alter",
            table(about="primary_key = { columns = ['a']⟨, tablespace = 'fast'|⟩ }"),
        ),
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
        (
            "foreign_key:public.t.f",
            "alter",
            table(
                "a = 'int'\nb = 'int'",
                "primary_key = ['a']",
                "[tables.t.foreign_keys.f]\ncolumns = ['b']\nreferences = { table = 't' }\n"
                "⟨not_valid = true|deferrable = true\ninitially_deferred = true⟩",
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
    "trigger": [
        ("trigger:public.t.g", "alter", G + "events = ['⟨insert|delete⟩']"),
        ("trigger:public.t.g", "alter", G + "events = ['insert']\nenabled = '⟨origin|always⟩'"),
        ("trigger:public.t.g", "alter", G + "events = ['insert']\nwhen = '⟨before|after⟩'"),
        ("trigger:public.t.g", "alter", G + "events = ['insert']\n⟨|condition = 'new.a > 0'⟩"),
        ("trigger:public.t.g", "replace", G + "events = ['insert']\n⟨|constraint = true⟩"),
    ],
    "policy": [
        ("policy:public.t.p", "alter", P + "using = 'a > ⟨0|1⟩'"),
        ("policy:public.t.p", "alter", P + "using = 'a > 0'\n⟨|check = 'a > 1'⟩"),
        ("policy:public.t.p", "alter", P + "using = 'a > 0'\nroles = ['⟨public|pg_monitor⟩']"),
        ("policy:public.t.p", "replace", P + "using = 'a > 0'\ncommand = '⟨all|select⟩'"),
        ("policy:public.t.p", "replace", P + "using = 'a > 0'\npermissive = ⟨true|false⟩"),
        ("policy:public.t.p", "replace", P + "using = 'a > 0'\n⟨check = 'a > 1'|⟩"),
    ],
    "rule": [
        ("rule:public.t.r", "alter", R + "event = '⟨insert|delete⟩'"),
        ("rule:public.t.r", "alter", R + "event = 'insert'\n⟨|instead = true⟩"),
        ("rule:public.t.r", "alter", R + "event = 'insert'\nenabled = '⟨origin|disabled⟩'"),
    ],
    "statistics": [
        ("statistics:public.s", "alter", S + "s = { on = ['a', 'b'], target = ⟨10|20⟩ }"),
        ("statistics:public.s", "alter", S + "s = { on = ['a', 'b']⟨, target = 10|⟩ }"),
        ("statistics:public.s", "replace", S + "s = { on = ['a', 'b'], kinds = ['⟨mcv|ndistinct⟩'] }"),
    ],
    "published_table": [
        (
            'published_table:p."public.t"',
            "replace",
            table("a = 'int'\nb = 'int'") + "[publications.p.tables]\nt = { columns = ['⟨a|b⟩'] }",
        ),
    ],
    "comment": [("comment:table.public.t", "alter", table(about="comment = '⟨a|b⟩'"))],
    "grant": [("grant:table.public.t.public", "alter", table(about="grants = { public = ['⟨select|insert⟩'] }"))],
    "owner": [("owner:table.public.t", "alter", table(about="owner = 'pg_⟨monitor|read_all_settings⟩'"))],
}
