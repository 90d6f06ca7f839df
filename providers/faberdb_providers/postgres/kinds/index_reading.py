"""How the catalogue tells of indexes, those of keys too: their elements as CREATE INDEX writes them, and the index of
the table above that one of a partition is a part of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from faberdb_providers.postgres.kinds.partition_index import is_chosen
from faberdb_providers.postgres.kinds.storage import stored_options

# Subqueries where joins would do: the ways in which ten tables can be joined take the server longer to weigh than all
# the indexes of a small database take it to print.
_ELEMENT = (
    "case when i.indkey[p.attnum - 1] = 0 then pg_get_indexdef(i.indexrelid, p.attnum::int, false) else"
    " quote_ident(ia.attname) end"
    " || coalesce((select ' COLLATE ' || quote_ident(con.nspname) || '.' || quote_ident(co.collname)"
    "  from pg_collation co join pg_namespace con on con.oid = co.collnamespace"
    "  where co.oid = i.indcollation[p.attnum - 1] and co.oid is distinct from coalesce(ia.attcollation,"
    "   (select et.typcollation from pg_type et where et.oid = p.atttypid))), '')"
    " || case when not oc.opcdefault or p.attoptions is not null then ' ' || case when oc.opcnamespace ="
    "  'pg_catalog'::regnamespace then '' else (select quote_ident(ocn.nspname) || '.' from pg_namespace ocn"
    "  where ocn.oid = oc.opcnamespace) end || quote_ident(oc.opcname) else '' end"
    " || coalesce(' (' || array_to_string(p.attoptions, ', ') || ')', '')"
    " || case when ix.relam <> (select btree.oid from pg_am btree where btree.amname = 'btree') then ''"
    "  when i.indoption[p.attnum - 1] & 1 = 1 then ' DESC' || case when"
    "  i.indoption[p.attnum - 1] & 2 = 0 then ' NULLS LAST' else '' end"
    "  when i.indoption[p.attnum - 1] & 2 = 2 then ' NULLS FIRST' else '' end"
)
_OF_INDEXES = (
    " from pg_index i join pg_attribute p on p.attrelid = i.indexrelid and p.attnum between 1 and i.indnkeyatts"
    " join pg_class ix on ix.oid = i.indexrelid"
    " left join pg_attribute ia on ia.attrelid = i.indrelid and ia.attnum = i.indkey[p.attnum - 1]"
    " join pg_opclass oc on oc.oid = i.indclass[p.attnum - 1]"
)


def elements(index: str) -> str:
    """SQL for the key elements of an index (an oid expression) as a text array, each as CREATE INDEX would take it."""
    return f"array(select {_ELEMENT}{_OF_INDEXES} where i.indexrelid = {index} order by p.attnum)"


ALL_ELEMENTS = (
    f"select i.indexrelid, array_agg({_ELEMENT} order by p.attnum) as elements{_OF_INDEXES}"
    " where i.indexrelid >= 16384 group by i.indexrelid"
)
"""The same of every index at once, which costs a tenth of asking for each."""


ABOVE = "above.nspname, above.relname, above.indisvalid, above.reloptions, above.columns"
JOIN_ABOVE = (
    "left join lateral (select pn.nspname, pc.relname, px.indisvalid, pc.reloptions, array(select pa.attname::text"
    "  from pg_attribute pa where pa.attrelid = pc.oid order by pa.attnum) as columns"
    "  from pg_inherits ih join pg_class pc on pc.oid = ih.inhparent"
    "  join pg_index px on px.indexrelid = pc.oid join pg_namespace pn on pn.oid = pc.relnamespace"
    "  where ih.inhrelid = x.indexrelid offset 0) above on true"
)
"""The index of the parent table that an index x of a partition is a part of."""


def made_by_server(kind: str, table: str, name: str, attributes: Mapping[str, Any], above: Sequence[Any]) -> bool:
    """Whether an index of a partition is what the server makes by itself for one of its table: then it is no object of
    its own, but comes and goes with that one."""
    _, _, valid, opts, columns = above
    own = {"clustered", "statistics", "tablespace", "only"} & attributes.keys()
    same = attributes.get("options", {}) == stored_options(opts)
    return bool(valid) and same and not own and is_chosen(name, kind, table, columns)
