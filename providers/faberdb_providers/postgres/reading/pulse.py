"""Whether a catalogue has changed, told without reading it.

Every version of a row bears the transaction that wrote it (xmin), and whoever changes a row writes a new version. So
rows with the same transactions are the same rows; that is much less to send than what they say. VACUUM and ANALYZE
write in place and leave xmin alone. A change that this does not see there cannot be; one that says nothing (TRUNCATE
gives a table another file) only costs a look at the whole. PostgreSQL docs, section 5.6 System Columns.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from faberdb_providers.postgres.coverage import KINDS_OF, LISTED
from faberdb_providers.postgres.presence import HERE
from faberdb_providers.postgres.server_wide import pulse_parts

# Not for everybody to read, or with a view that is; what is shown of them is little.
_UNREADABLE = {"pg_user_mapping", "pg_subscription", "pg_largeobject_metadata"}
_OF_SERVER = {"pg_authid", "pg_auth_members", "pg_shdescription", "pg_tablespace", "pg_parameter_acl"}
"""What only counts where the project asks for something of the whole server."""
_SINCE = {"pg_publication_namespace": 15}
# The bulk of these are rows of the system's own objects, which nobody changes.
_OF_USERS = {
    "pg_attribute": "attrelid >= 16384",
    "pg_depend": "objid >= 16384",
    "pg_class": "oid >= 16384",
    "pg_type": "oid >= 16384",
    "pg_proc": "oid >= 16384",
}
# What of them anybody changes: the rights on them, which stand in the row.
_RIGHTS = {
    "pg_attribute": "attrelid < 16384 and attacl is not null",
    "pg_class": "oid < 16384 and relacl is not null",
    "pg_type": "oid < 16384 and typacl is not null",
    "pg_proc": "oid < 16384 and proacl is not null",
}
_SUBSCRIPTIONS_SINCE = {
    14: ("oid", "subsynccommit", "subbinary", "substream"),
    15: ("subtwophasestate", "subdisableonerr"),
    16: ("subpasswordrequired", "subrunasowner", "suborigin"),
    17: ("subfailover",),
}
_VIEWS = (
    "select 'roles', count(*), sum(hashtextextended(oid || ' ' || rolname, 0)) from pg_roles",
    "select 'mappings', count(*), sum(hashtextextended(m::text, 0)) from pg_user_mappings m",
    "select 'large objects', count(*), 0 from pg_largeobject_metadata",
    "select 'database', 1, hashtextextended(xmin::text, 0) from pg_database where datname = current_database()",
)


def _subscriptions(version: int) -> str:
    """The secret in the row keeps all but superusers from seeing who wrote it; so by all that they may see."""
    shown = ["s.subname", "s.subowner", "s.subenabled", "s.subslotname", "s.subpublications"]
    for since, names in _SUBSCRIPTIONS_SINCE.items():
        shown += [f"s.{name}" for name in names if version >= since]
    return (
        f"select 'subscriptions', count(*), sum(hashtextextended(row({', '.join(shown)})::text, 0))"
        f" from pg_subscription s where s.subdbid = {HERE}"
    )


def pulse_query(version: int, *, server_wide: bool = False) -> str:
    """One query for what `digest` makes a text of. server_wide: also of what belongs to the whole server."""
    catalogues = sorted({*KINDS_OF, *LISTED, "pg_depend"} - _UNREADABLE - _OF_SERVER)
    parts = [
        f"select '{name}', count(*), sum(hashint8extended(xmin::text::bigint, 0)) from {name}"
        + (f" where {_OF_USERS[name]}" if name in _OF_USERS else "")
        for name in catalogues
        if version >= _SINCE.get(name, 0)
    ]
    parts += [
        f"select '{name} rights', count(*), sum(hashint8extended(xmin::text::bigint, 0)) from {name} where {which}"
        for name, which in _RIGHTS.items()
    ]
    return " union all ".join(
        (*parts, *_VIEWS, _subscriptions(version), *(pulse_parts(version) if server_wide else ()))
    )


def digest(rows: Iterable[tuple[object, ...]]) -> str:
    """The answer as one text, to be compared with an earlier one."""
    return hashlib.sha256(repr(sorted(map(repr, rows))).encode()).hexdigest()
