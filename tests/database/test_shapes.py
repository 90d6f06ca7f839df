"""What happens to an object when one thing about it changes: altered in place wherever the server can, never replaced.

A line in SHAPES is a change and what it must be. What changes stands in the schema file as `⟨old|new⟩`; around it
is what both have in common.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from faberdb.model import Address
from faberdb_providers.postgres.kinds import KINDS
from faberdb_providers.postgres.server_wide import OF_SERVER
from tests.apart import everything, own_database, scratch_like
from tests.database.shapes_of_tables import TABLES, table
from tests.migration import Migration, build_directly, declare
from tests.servers import Server

F = "[functions.f]\nreturns = 'integer'\nlanguage = 'sql'\n"
A = "[aggregates.a]\narguments = 'bigint'\nstype = 'bigint'\n"
D = "[domains.d]\ntype = 'int'\n[domains.d.checks]\n"
E = "[functions.f]\nreturns = 'event_trigger'\nbody = 'begin end'\n[event_triggers.e]\nexecute = 'f'\n"
OP = (
    "[functions.f]\narguments = 'bigint, bigint'\nreturns = 'boolean'\nlanguage = 'sql'\nbody = 'select true'\n"
    "[operators.'<<<(bigint, bigint)']\nfunction = 'f'\n"
)
W = "[foreign_data_wrappers.w]\n[foreign_servers.s]\nwrapper = 'w'\n"
FT = W + "[foreign_servers.s2]\nwrapper = 'w'\n[foreign_tables.t]\nserver = '{}'\n"


BASE = """[functions]
"i(cstring)" = { returns = "b", language = "internal", body = "textin", strict = true, volatility = "immutable" }
"o(b)" = { returns = "cstring", language = "internal", body = "textout", strict = true, volatility = "immutable" }
"s(b)" = { returns = "bytea", language = "internal", body = "textsend", strict = true, volatility = "immutable" }
[base_types.b]
input = "i"
output = "o"
"""
SHAPES: dict[str, list[tuple[str, str, str]]] = {
    # kind: (address of what changes, action, schema file)
    **TABLES,
    "role": [
        ("role:r", "alter", "[roles.r]\nlogin = ⟨false|true⟩"),
        ("role:r", "alter", "[roles.r]\nsettings = { work_mem = '⟨1MB|2MB⟩' }"),
        ("role:r", "none", "[roles.r]\ncomment = '⟨a|b⟩'"),
    ],
    "membership": [
        ("membership:r.m", "alter", "[roles.m]\n[roles.r]\nmember_of = { m = { admin = ⟨false|true⟩ } }"),
    ],
    "parameter_privilege": [
        (
            "parameter_privilege:work_mem.r",
            "alter",
            "[roles.r]\n[parameter_privileges]\n'work_mem to r' = ['set'⟨|, 'alter system'⟩]",
        ),
    ],
    "tablespace": [
        ("tablespace:s", "alter", "[tablespaces.s]\nlocation = '/srv/s'\noptions = { seq_page_cost = ⟨1|2⟩ }"),
    ],
    "step": [
        ("step:a", "create", "⟨|[[steps]]\nname = 'a'\nsql = 'select 1'⟩"),
        ("step:a", "alter", "[[steps]]\nname = 'a'\nsql = 'select 1'\n⟨|undo = 'select 2'⟩"),
        ("step:a", "none", "⟨[[steps]]\nname = 'a'\nsql = 'select 1'|⟩"),
    ],
    "schema": [("schema:s", "none", "[schemas]\ns = { comment = '⟨a|b⟩' }")],
    "extension": [("extension:vector", "rename", "[schemas]\ne = {}\n[extensions]\nvector = '⟨public|e⟩'")],
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
    "function": [
        ("function:public.f.()", "alter", F + "body = 'select ⟨1|2⟩'"),
        ("function:public.f.()", "alter", F + "body = 'select 1'\n⟨|strict = true⟩"),
        ("function:public.f.()", "alter", F + "body = 'select 1'\nvolatility = '⟨stable|immutable⟩'"),
        ("function:public.f.()", "alter", F + "body = 'select 1'\n⟨|security_definer = true⟩"),
        ("function:public.f.()", "alter", F + "body = 'select 1'\nset = { work_mem = '⟨1|2⟩MB' }"),
        ("function:public.f.()", "alter", F + "⟨body = 'select 1'|sql_body = 'return 1'⟩"),
        ("function:public.f.(integer)", "alter", F + "arguments = '⟨integer|a integer⟩'\nbody = 'select 1'"),
        ("function:public.f.(integer)", "alter", F + "arguments = 'integer⟨| default 1⟩'\nbody = 'select 1'"),
        ("function:public.f.(integer)", "replace", F + "arguments = '⟨a|b⟩ integer'\nbody = 'select 1'"),
        ("function:public.f.()", "replace", "[functions.f]\nreturns = '⟨text|integer⟩'\nbody = 'begin end'"),
    ],
    "procedure": [
        ("procedure:public.p.()", "alter", "[procedures.p]\nbody = 'begin ⟨|null; ⟩end'"),
        ("procedure:public.p.()", "alter", "[procedures.p]\nbody = 'begin end'\n⟨|security_definer = true⟩"),
    ],
    "aggregate": [
        ("aggregate:public.a.(bigint)", "alter", A + "sfunc = '⟨int8pl|int8mi⟩'"),
        ("aggregate:public.a.(bigint)", "alter", A + "sfunc = 'int8pl'\n⟨|parallel = 'safe'⟩"),
        ("aggregate:public.a.(bigint)", "alter", A + "sfunc = 'int8pl'\ninitcond = '⟨0|1⟩'"),
    ],
    "domain": [
        ("domain:public.d", "alter", "[domains]\nd = { type = 'int', default = '⟨1|2⟩' }"),
        ("domain:public.d", "alter", "[domains]\nd = { type = 'int'⟨|, not_null = true⟩ }"),
        ("domain:public.d", "alter", "[domains]\nd = { type = 'int'⟨, not_null = true|⟩ }\n" + table("a = 'd'")),
        ("domain:public.d", "replace", "[domains]\nd = '⟨int|bigint⟩'"),
    ],
    "domain_constraint": [
        ("domain_constraint:public.d.c", "alter", D + "c = { expression = 'value > 0', not_valid = ⟨true|false⟩ }"),
        ("domain_constraint:public.d.c", "replace", D + "c = 'value > ⟨0|1⟩'"),
    ],
    "composite_type": [
        ("composite_type:public.c", "alter", "[composite_types.c.columns]\na = 'int'\n⟨|b = 'int'⟩"),
        ("composite_type:public.c", "alter", "[composite_types.c.columns]\n⟨a = 'int'|⟩\nb = 'int'"),
        ("composite_type:public.c", "replace", "[composite_types.c.columns]\n⟨|a = 'int'⟩\nb = 'int'"),
    ],
    "attribute": [("attribute:public.c.a", "alter", "[composite_types.c.columns]\na = '⟨int|bigint⟩'")],
    "range_type": [("range_type:public.r", "replace", "[range_types]\nr = '⟨integer|bigint⟩'")],
    "base_type": [
        ("base_type:public.b", "alter", BASE + "storage = '⟨external|extended⟩'"),
        ("base_type:public.b", "alter", BASE + "⟨|send = 's'⟩"),
        ("base_type:public.b", "none", BASE + "comment = '⟨a|b⟩'"),
    ],
    "shell_type": [("shell_type:public.b", "none", BASE + "comment = '⟨a|b⟩'")],
    "collation": [("collation:public.c", "replace", "[collations]\nc = { locale = '⟨C|POSIX⟩' }")],
    "event_trigger": [
        ("event_trigger:e", "alter", E + "event = 'sql_drop'\nenabled = '⟨origin|disabled⟩'"),
        ("event_trigger:e", "replace", E + "event = '⟨sql_drop|ddl_command_end⟩'"),
    ],
    "operator": [
        ("operator:public.<<<(bigint, bigint)", "alter", OP + "⟨|restrict = 'scalarltsel'⟩"),
        ("operator:public.<<<(bigint, bigint)", "alter", OP + "⟨join = 'scalarltjoinsel'|⟩"),
        ("operator:public.<<<(bigint, bigint)", "alter", OP + "⟨|hashes = true⟩"),
        ("operator:public.<<<(bigint, bigint)", "replace", OP + "⟨merges = true|⟩"),
    ],
    "operator_family": [
        (
            "operator_family:public.f using btree",
            "alter",
            "[operator_families.'f using btree']\n⟨|operators = ['1 < (bigint, integer)']⟩",
        )
    ],
    "operator_class": [
        (
            "operator_class:public.c using btree",
            "replace",
            "[operator_classes.'c using btree']\ntype = 'bigint'\noperators = ['⟨1 <|5 >⟩']",
        )
    ],
    "cast": [
        (
            'cast:"public.e as bigint"',
            "replace",
            "[enums]\ne = ['a']\n[functions.f]\narguments = 'e'\nreturns = 'bigint'\nbody = 'begin end'\n"
            "[casts.'e as bigint']\nfunction = 'f(e)'\ncontext = '⟨explicit|assignment⟩'",
        )
    ],
    "conversion": [
        (
            "conversion:public.c",
            "replace",
            "[conversions.c]\nsource = 'LATIN1'\ntarget = 'UTF8'\nfunction = 'iso8859_1_to_utf8'\n⟨|default = true⟩",
        )
    ],
    "text_search_parser": [
        (
            "text_search_parser:public.p",
            "replace",
            "[text_search_parsers.p]\nstart = 'prsd_start'\ngettoken = 'prsd_nexttoken'\nend = 'prsd_end'\n"
            "lextypes = 'prsd_lextype'\n⟨|headline = 'prsd_headline'⟩",
        )
    ],
    "text_search_template": [
        (
            "text_search_template:public.t",
            "replace",
            "[text_search_templates.t]\nlexize = 'dsimple_lexize'\n⟨|init = 'dsimple_init'⟩",
        )
    ],
    "text_search_dictionary": [
        (
            "text_search_dictionary:public.d",
            "alter",
            "[text_search_dictionaries.d]\ntemplate = 'snowball'\noptions = { language = '⟨english|german⟩' }",
        ),
        (
            "text_search_dictionary:public.d",
            "replace",
            "[text_search_dictionaries.d]\ntemplate = 'snowball⟨|_2⟩'\noptions = { language = 'english' }\n"
            "[text_search_templates.snowball_2]\nlexize = 'dsnowball_lexize'\ninit = 'dsnowball_init'",
        ),
    ],
    "text_search_configuration": [
        (
            "text_search_configuration:public.c",
            "alter",
            "[text_search_configurations.c.mappings]\nword = '⟨simple|english_stem⟩'",
        ),
        ("text_search_configuration:public.c", "alter", "[text_search_configurations.c.mappings]\n⟨|word = 'simple'⟩"),
    ],
    "language": [
        ("language:l", "alter", "[languages.l]\nhandler = 'plpgsql_call_handler'\n⟨|trusted = true⟩"),
        ("language:l", "alter", "[languages.l]\nhandler = 'plpgsql_call_handler'\n⟨validator = 'plpgsql_validator'|⟩"),
    ],
    "transform": [
        (
            "transform:integer for plpgsql",
            "alter",
            "[functions.f]\narguments = 'internal'\nreturns = 'integer'\nlanguage = 'internal'\nbody = 'int4up'\n"
            "volatility = 'immutable'\n"
            "[functions.g]\narguments = 'internal'\nreturns = 'internal'\nlanguage = 'internal'\nbody = 'int4up'\n"
            "volatility = 'immutable'\n"
            "[transforms.'integer for plpgsql']\nto_sql = 'f(internal)'\n⟨|from_sql = 'g(internal)'⟩",
        )
    ],
    "access_method": [
        (
            "access_method:m",
            "replace",
            "[access_methods.m]\n⟨handler = 'bthandler'|handler = 'heap_tableam_handler'\ntable = true⟩",
        )
    ],
    "foreign_data_wrapper": [
        ("foreign_data_wrapper:w", "alter", "[foreign_data_wrappers.w]\n⟨|options = { a = '1' }⟩"),
        ("foreign_data_wrapper:w", "alter", "[foreign_data_wrappers.w]\n⟨validator = 'postgresql_fdw_validator'|⟩"),
    ],
    "foreign_server": [
        ("foreign_server:s", "alter", W + "⟨|version = '1'⟩"),
        ("foreign_server:s", "alter", W + "options = { a = '⟨1|2⟩' }"),
        ("foreign_server:s", "replace", W + "⟨|type = 'x'⟩"),
        ("foreign_server:s", "replace", W + "⟨version = '1'|⟩"),
    ],
    "user_mapping": [
        ("user_mapping:s.public", "alter", W + "[foreign_servers.s.user_mappings.public]\noptions = { user = '⟨a|b⟩' }")
    ],
    "foreign_table": [
        ("foreign_table:public.t", "alter", FT.format("s") + "options = { a = '⟨1|2⟩' }\ncolumns = { a = 'int' }"),
        ("column:public.t.a", "alter", FT.format("s") + "columns = { a = '⟨int|bigint⟩' }"),
        ("foreign_table:public.t", "replace", FT.format("⟨s|s2⟩") + "columns = { a = 'int' }"),
    ],
    "publication": [
        ("publication:p", "alter", "[publications.p]\npublish = ['⟨insert|update⟩']"),
        ("publication:p", "alter", "[publications.p]\n⟨|publish_via_partition_root = true⟩"),
        ("publication:p", "replace", "[publications.p]\n⟨|all_tables = true⟩"),
    ],
    "published_schema": [
        ("published_schema:p.s", "create", "[schemas]\ns = {}\n[publications.p]\n⟨|schemas = { s = {} }⟩")
    ],
    "subscription": [
        ("subscription:s", "alter", "[subscriptions.s]\npublications = ['⟨a|b⟩']"),
        ("subscription:s", "alter", "[subscriptions.s]\npublications = ['a']\n⟨|binary = true⟩"),
        ("subscription:s", "alter", "[subscriptions.s]\npublications = ['a']\nslot_name = 's'\n⟨|enabled = true⟩"),
        ("subscription:s", "alter", "[subscriptions.s]\npublications = ['a']\n⟨streaming = 'off'|⟩"),
        ("subscription:s", "replace", "[subscriptions.s]\npublications = ['a']\n⟨|failover = true⟩"),
        ("subscription:s", "replace", "[subscriptions.s]\npublications = ['a']\n⟨two_phase = true|⟩"),
    ],
    "security_label": [
        ("security_label:table.public.t.m", "alter", table(about="security_labels = { m = '⟨a|b⟩' }")),
        ("table:public.t", "none", table(about="⟨|security_labels = { m = 'a' }⟩")),
    ],
    "extension_dependency": [
        ("function:public.f()", "none", F + "body = 'select 1'\ndepends_on_extensions = [⟨|'plpgsql'⟩]"),
    ],
    "privilege": [
        (
            'privilege:"function pg_catalog.pg_stat_reset() to pg_monitor"',
            "alter",
            "[privileges]\n'function pg_catalog.pg_stat_reset() to pg_monitor' = ['execute⟨ with grant option|⟩']",
        )
    ],
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
def test_the_action_is_the_gentlest(newest: Server, cache: Path, address: str, action: str, text: str) -> None:
    before, after = (declare({"public.toml": side(text, n)}) for n in (0, 1))
    wanted = Address.parse(address)
    if wanted.kind in OF_SERVER:
        with own_database(newest.binaries, cache) as (server, live), scratch_like(server, live, cache) as scratch:
            build_directly(live, before, everything, server.cluster.folder_for)
            plan = Migration(scratch, asked=everything).plan(live, after)
        assert {c.address: c.action.value for c in plan.changes}.get(wanted, "none") == action
        return
    newest.cluster.add_tablespaces(["fast"])
    with newest.database() as live:
        build_directly(live, before)
        plan = Migration(newest.scratch()).plan(live, after)
    found = {new.address: "rename" for _, new in plan.renames} | {c.address: c.action.value for c in plan.changes}
    assert found.get(Address.parse(address), "none") == action, found


def test_every_kind_has_shapes() -> None:
    missing = {kind.name for kind in KINDS if kind.managed} - SHAPES.keys()
    assert not missing
