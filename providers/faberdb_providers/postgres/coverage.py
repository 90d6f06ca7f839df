"""What each system catalogue holds, and which kinds stand for it: the answer to whether anything is left out.

A catalogue that a new major brings is in none of these lists, and a test on each major fails until somebody has looked
at it.
"""

from __future__ import annotations

KINDS_OF: dict[str, tuple[str, ...]] = {
    "pg_aggregate": ("aggregate",),
    "pg_am": ("access_method",),
    "pg_amop": ("operator_family", "operator_class"),
    "pg_amproc": ("operator_family", "operator_class"),
    "pg_attrdef": ("default", "column"),
    "pg_attribute": ("column", "attribute", "view", "materialized_view"),
    "pg_auth_members": ("membership",),
    "pg_authid": ("role",),
    "pg_cast": ("cast",),
    "pg_class": ("table", "sequence", "index", "view", "materialized_view", "foreign_table", "composite_type"),
    "pg_collation": ("collation",),
    "pg_constraint": ("primary_key", "unique", "check", "exclusion", "foreign_key", "domain_constraint", "column"),
    "pg_conversion": ("conversion",),
    "pg_default_acl": ("default_privilege",),
    "pg_depend": ("extension_dependency",),
    "pg_description": ("comment", "step"),
    "pg_enum": ("enum",),
    "pg_event_trigger": ("event_trigger",),
    "pg_extension": ("extension",),
    "pg_foreign_data_wrapper": ("foreign_data_wrapper",),
    "pg_foreign_server": ("foreign_server",),
    "pg_foreign_table": ("foreign_table",),
    "pg_index": ("index", "primary_key", "unique", "exclusion"),
    "pg_inherits": ("table", "index"),
    "pg_language": ("language",),
    "pg_namespace": ("schema",),
    "pg_opclass": ("operator_class",),
    "pg_operator": ("operator",),
    "pg_opfamily": ("operator_family",),
    "pg_parameter_acl": ("parameter_privilege",),
    "pg_partitioned_table": ("table",),
    "pg_policy": ("policy",),
    "pg_proc": ("function", "procedure", "aggregate"),
    "pg_publication": ("publication",),
    "pg_publication_namespace": ("published_schema",),
    "pg_publication_rel": ("published_table",),
    "pg_range": ("range_type",),
    "pg_rewrite": ("rule", "view"),
    "pg_seclabel": ("security_label",),
    "pg_sequence": ("sequence", "column"),
    "pg_shdescription": ("comment",),
    "pg_statistic_ext": ("statistics",),
    "pg_subscription": ("subscription",),
    "pg_tablespace": ("tablespace",),
    "pg_transform": ("transform",),
    "pg_trigger": ("trigger",),
    "pg_ts_config": ("text_search_configuration",),
    "pg_ts_config_map": ("text_search_configuration",),
    "pg_ts_dict": ("text_search_dictionary",),
    "pg_ts_parser": ("text_search_parser",),
    "pg_ts_template": ("text_search_template",),
    "pg_type": ("enum", "domain", "composite_type", "range_type", "base_type", "shell_type", "step"),
    "pg_user_mapping": ("user_mapping",),
}
"""Catalogues by the kinds that read them."""

LISTED = {
    "pg_db_role_setting": "settings of the database and of roles in it are listed, but for those of managed roles",
    "pg_largeobject_metadata": "large objects are data; they are counted as unmanaged",
}
"""Catalogues of what is not managed and is listed in every plan."""

ELSEWHERE = {
    "pg_database": "the database is the environment's",
    "pg_init_privs": "the privileges that initdb and extensions gave",
    "pg_largeobject": "data of large objects",
    "pg_replication_origin": "progress of replication, which belongs to the whole server",
    "pg_shdepend": "how objects depend on roles",
    "pg_shseclabel": "labels on what belongs to the whole server",
    "pg_statistic": "statistics that ANALYZE gathers",
    "pg_statistic_ext_data": "statistics that ANALYZE gathers",
    "pg_subscription_rel": "progress of replication",
}
"""Catalogues that hold nothing of a database's schema."""

DEPENDENCIES = {
    "a": "goes with the other (an index with its table): references, and what a drop takes along",
    "e": "belongs to an extension: its members are left to it",
    "i": "is a part of the other (the rule of a view): read as the other",
    "n": "needs the other: references",
    "P": "is a partition of the other, or a part of one: references",
    "S": "is a partition of the other, or a part of one: references",
    "p": "is pinned by the server (to PostgreSQL 13)",
    "x": "goes with an extension that it does not belong to: `extension_dependency`",
}
"""The types of pg_depend's rows, and what becomes of them."""
OWNERSHIPS = {
    "a": "has privileges: `grant`, `privilege`, `default_privilege`, `parameter_privilege`",
    "i": "has privileges from the beginning: what `privilege` compares with",
    "o": "owns: `owner`",
    "p": "is pinned by the server (to PostgreSQL 13)",
    "r": "is named by a policy: `policy`",
    "t": "is where something is stored: a key of tables, indexes and materialized views",
}
"""The types of pg_shdepend's rows, likewise."""
