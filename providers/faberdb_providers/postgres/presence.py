"""Which kinds a database holds anything of, asked before they are read.

A server plans each catalogue query anew for every connection, which costs more than running it where there is little to
find; most databases hold few of the kinds. A kind that is not listed here is always read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

_USER = "oid >= 16384"
HERE = "(select d.oid from pg_database d where d.datname = current_database())"
"""SQL for the oid of the database."""
WHOLE = {
    "extension": "pg_extension",
    "policy": "pg_policy",
    "event_trigger": "pg_event_trigger",
    "statistics": "pg_statistic_ext",
    "collation": "pg_collation",
    "conversion": "pg_conversion",
    "operator": "pg_operator",
    "operator_class": "pg_opclass",
    "operator_family": "pg_opfamily",
    "cast": "pg_cast",
    "language": "pg_language",
    "transform": "pg_transform",
    "access_method": "pg_am",
    "publication": "pg_publication",
    "published_table": "pg_publication_rel",
    "foreign_data_wrapper": "pg_foreign_data_wrapper",
    "foreign_server": "pg_foreign_server",
    "text_search_parser": "pg_ts_parser",
    "text_search_template": "pg_ts_template",
    "text_search_dictionary": "pg_ts_dict",
    "text_search_configuration": "pg_ts_config",
    "default_privilege": "pg_default_acl",
}
"""Kinds to which all belongs that users make in a catalogue."""
PRESENCE = {
    **{
        name: f"pg_constraint where contype = '{letter}' and conrelid >= 16384"
        for name, letter in (
            ("primary_key", "p"),
            ("unique", "u"),
            ("check", "c"),
            ("exclusion", "x"),
            ("foreign_key", "f"),
        )
    },
    **{
        name: f"pg_class where relkind in ({letters}) and {_USER}"
        for name, letters in (
            ("table", "'r', 'p'"),
            ("column", "'r', 'p', 'f'"),
            ("sequence", "'S'"),
            ("index", "'i', 'I'"),
            ("view", "'v'"),
            ("materialized_view", "'m'"),
            ("foreign_table", "'f'"),
        )
    },
    **{
        name: f"pg_type where typtype = '{letter}' and {_USER}"
        for name, letter in (("enum", "e"), ("domain", "d"), ("range_type", "r"))
    },
    "shell_type": f"pg_type where not typisdefined and {_USER}",
    "base_type": f"pg_type where typtype = 'b' and typinput <> 'array_in'::regproc and {_USER}",
    **dict.fromkeys(("composite_type", "attribute"), f"pg_class where relkind = 'c' and {_USER}"),
    "step": "pg_type where typtype = 'e' and typnamespace = to_regnamespace('faberdb')",
    "domain_constraint": "pg_constraint where contype = 'c' and contypid >= 16384",
    **{
        name: f"pg_proc where prokind in ({letters}) and {_USER}"
        for name, letters in (("function", "'f', 'w'"), ("procedure", "'p'"), ("aggregate", "'a'"))
    },
    "default": f"pg_attrdef where {_USER}",
    "trigger": f"pg_trigger where not tgisinternal and {_USER}",
    "rule": f"pg_rewrite where rulename <> '_RETURN' and {_USER}",
    **{name: f"{catalogue} where {_USER}" for name, catalogue in WHOLE.items()},
    "subscription": f"pg_subscription where subdbid = {HERE}",
}


def presence_query(names: Iterable[str]) -> str:
    """SQL for the names of those kinds, of the given ones, that a database may hold something of."""
    cases = [f"case when exists (select from {PRESENCE[n]}) then '{n}' end" for n in names if n in PRESENCE]
    return f"select array_remove(array[{', '.join(cases)}]::text[], null)"


def empty_catalogues(names: Collection[str], present: Collection[str]) -> frozenset[str]:
    """The catalogues in which no user has made anything, going by which of the kinds with these names are present."""
    return frozenset(WHOLE[name] for name in names if name in WHOLE and name not in present)
