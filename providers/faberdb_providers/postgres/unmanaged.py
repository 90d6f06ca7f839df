"""What the database holds beyond the kinds: one query over every catalogue that can hold an object of a user's."""

_CATALOGUES = (
    # catalogue, condition on x that leaves out what another object brings along by itself
    ("pg_proc", "true"),
    ("pg_type", "x.typrelid = 0 and x.typelem = 0 and not exists (select from pg_range r where r.rngmultitypid = x.oid)"),
    ("pg_type", "x.typtype = 'c' and exists (select from pg_class c where c.oid = x.typrelid and c.relkind = 'c')"),
    ("pg_class", "x.relkind = 'f'"),
    ("pg_trigger", "not x.tgisinternal"),
    ("pg_policy", "true"),
    ("pg_rewrite", "x.rulename <> '_RETURN'"),
    ("pg_statistic_ext", "true"),
    ("pg_collation", "true"),
    ("pg_conversion", "true"),
    ("pg_operator", "true"),
    ("pg_opclass", "true"),
    ("pg_opfamily", "true"),
    ("pg_cast", "true"),
    ("pg_language", "true"),
    ("pg_transform", "true"),
    ("pg_am", "true"),
    ("pg_ts_config", "true"),
    ("pg_ts_dict", "true"),
    ("pg_ts_parser", "true"),
    ("pg_ts_template", "true"),
    ("pg_foreign_data_wrapper", "true"),
    ("pg_foreign_server", "true"),
    ("pg_user_mapping", "true"),
    ("pg_event_trigger", "true"),
    ("pg_publication", "true"),
    ("pg_default_acl", "true"),
    ("pg_constraint", "x.contypid <> 0"),
    ("pg_constraint", "x.contype = 't'"),
)

UNMANAGED = (
    "select u.classid, u.objid, i.type, i.identity from ("
    + " union all ".join(
        f"select '{catalogue}'::regclass::oid as classid, x.oid as objid from {catalogue} x"
        f" where x.oid >= 16384 and {condition}"
        for catalogue, condition in _CATALOGUES
    )
    + ") u, lateral pg_identify_object(u.classid, u.objid, 0) i"
    " where coalesce(i.schema, '') !~ '^\"?(faberdb(_|$)|pg_t)' order by i.type, i.identity"
)
