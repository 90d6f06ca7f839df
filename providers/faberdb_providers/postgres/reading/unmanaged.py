"""What the database holds beyond the kinds: one query over every catalogue that can hold an object of a user's."""

from collections.abc import Container

from faberdb_providers.postgres.presence import HERE


def _on_user_relation(column: str) -> str:
    return (
        f"exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = x.{column}"
        " and n.nspname !~ '^faberdb(_|$)')"
    )


def _not_part_of_another(catalogue: str) -> str:
    """A range type makes its constructors and a cast."""
    return (
        f"not exists (select from pg_depend d where d.classid = '{catalogue}'::regclass and d.objid = x.oid"
        " and d.deptype = 'i' and d.refclassid = 'pg_type'::regclass)"
    )


# Partitions have copies of their table's triggers, which count where they are switched another way.
_OWN_TRIGGER = (
    "(not x.tgisinternal and x.tgparentid = 0 or exists (select from pg_trigger p where p.oid = x.tgparentid"
    " and p.tgenabled <> x.tgenabled and x.tgname !~ '^RI_ConstraintTrigger_'))"
)

_CATALOGUES = (
    # catalogue, condition on x that leaves out what another object brings along by itself
    ("pg_proc", _not_part_of_another("pg_proc")),
    ("pg_type", "x.typrelid = 0 and x.typtype <> 'm' and not exists (select from pg_type e where e.typarray = x.oid)"),
    ("pg_type", "x.typtype = 'c' and exists (select from pg_class c where c.oid = x.typrelid and c.relkind = 'c')"),
    ("pg_class", "x.relkind = 'f'"),
    ("pg_trigger", _OWN_TRIGGER + " and " + _on_user_relation("tgrelid")),
    ("pg_policy", _on_user_relation("polrelid")),
    ("pg_rewrite", "x.rulename <> '_RETURN' and " + _on_user_relation("ev_class")),
    ("pg_statistic_ext", "true"),
    ("pg_collation", "true"),
    ("pg_conversion", "true"),
    ("pg_operator", "true"),
    ("pg_opclass", "true"),
    ("pg_opfamily", "true"),
    ("pg_cast", _not_part_of_another("pg_cast")),
    ("pg_language", "true"),
    ("pg_transform", "true"),
    ("pg_am", "true"),
    ("pg_ts_config", "true"),
    ("pg_ts_dict", "true"),
    ("pg_ts_parser", "true"),
    ("pg_ts_template", "true"),
    ("pg_foreign_data_wrapper", "true"),
    ("pg_foreign_server", "true"),
    ("pg_event_trigger", "true"),
    ("pg_publication", "true"),
    ("pg_default_acl", "true"),
)

_ELSEWHERE = (
    # The catalogues themselves are not for everybody to read; the view and these columns are.
    " union all select 'pg_user_mapping'::regclass, m.umid, 'user mapping', quote_ident(coalesce(m.usename, 'public'))"
    " || ' on server ' || quote_ident(m.srvname) from pg_user_mappings m"
    # PostgreSQL 13 lets none but superusers read what tells one from another.
    " union all select 'pg_subscription'::regclass, 0, 'subscription', quote_ident(s.subname) from pg_subscription s"
    f" where s.subdbid = {HERE} and current_setting('server_version_num')::int < 140000"
    # Of settings only the names: a value can be anything.
    # Those for a role bear its identity, so that they are part of one that is managed.
    " union all select 'pg_authid'::regclass, s.setrole, 'setting of the database', split_part(v.text, '=', 1)"
    " || coalesce(' for ' || quote_ident(r.rolname), '') from pg_db_role_setting s"
    " join pg_database d on d.oid = s.setdatabase and d.datname = current_database()"
    " left join pg_roles r on r.oid = s.setrole, unnest(s.setconfig) v (text)"
    " union all select 'pg_largeobject_metadata'::regclass, 0, 'large objects', count(*)::text"
    " from pg_largeobject_metadata having count(*) > 0 order by 3, 4"
)


def unmanaged_query(empty: Container[str]) -> str:
    """One row for each object of a user's. empty: catalogues that need not be looked into."""
    within = (
        f"select '{catalogue}'::regclass::oid as classid, x.oid as objid from {catalogue} x"
        f" where x.oid >= 16384 and {condition}"
        for catalogue, condition in _CATALOGUES
        if catalogue not in empty
    )
    return (
        f"select u.classid, u.objid, i.type, i.identity from ({' union all '.join(within)}) u,"
        " lateral pg_identify_object(u.classid, u.objid, 0) i"
        f" where coalesce(i.schema, '') !~ '^\"?(faberdb(_|$)|pg_t)'{_ELSEWHERE}"
    )
