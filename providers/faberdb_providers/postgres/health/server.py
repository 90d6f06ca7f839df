"""The server itself: how far away it is, its version, whether it takes writes, and what this role may do there."""

from __future__ import annotations

from datetime import date

from faberdb.model import HealthFinding, HealthVerdict, lasting
from faberdb_providers.postgres.health.check import Around, Check, Rows, judged
from faberdb_providers.postgres.names import ident

OK, UNKNOWN, WARNING, CRITICAL = HealthVerdict

LAST_RELEASE = {
    13: date(2025, 11, 13),
    14: date(2026, 11, 12),
    15: date(2027, 11, 11),
    16: date(2028, 11, 9),
    17: date(2029, 11, 8),
    18: date(2030, 11, 14),
}
"""The day of a major's last minor release: https://www.postgresql.org/support/versioning/"""

_STANDBY = """
select pg_is_in_recovery() as standby,
       extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp())::float8 as behind
"""
# Not what holds in this session, which has made itself read only, but what a new one begins with.
_READ_ONLY = "select reset_val = 'on' as read_only from pg_settings where name = 'default_transaction_read_only'"
_PRIVILEGES = """
select current_database() as database, has_database_privilege(current_database(), 'CREATE') as may_create,
       (select count(*) from pg_namespace where nspname in ('faberdb', 'faberdb_quarantine')
           and pg_has_role(nspowner, 'USAGE')) as owned,
       (select count(*) from pg_namespace where nspname in ('faberdb', 'faberdb_quarantine')) = 2
   and (select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'faberdb' and c.relname in ('plan', 'fence')) = 2 as there
"""


def _connectivity(rows: Rows, around: Around) -> HealthFinding:
    threshold = around.thresholds["latency"]
    found = f"connected; one round trip takes {around.latency * 1000:.1f} ms"
    advice = "run faberdb nearer to the server; look at the network, and at how busy the server is"
    return judged(threshold.verdict(around.latency), found, threshold=threshold.said, advice=advice)


def _version(rows: Rows, around: Around) -> HealthFinding:
    major, minor = divmod(around.version, 10000)
    last = LAST_RELEASE.get(major)
    found = f"PostgreSQL {major}.{minor}; whether that is the newest minor cannot be known from here"
    threshold = "warning after the last release of the major"
    if last is None:
        return judged(OK, f"PostgreSQL {major}.{minor}, newer than what this faberdb knows of", threshold=threshold)
    if around.today > last:
        found = f"PostgreSQL {major}.{minor}, which has had no security fixes since {last.isoformat()}"
        return judged(WARNING, found, threshold=threshold, advice="upgrade to a supported major with pg_upgrade")
    return judged(OK, f"{found}; supported until {last.isoformat()}", threshold=threshold)


def _standby(rows: Rows, around: Around) -> HealthFinding:
    (row,) = rows
    if not row["standby"]:
        return judged(OK, "a primary server", threshold="critical on a standby")
    behind = row["behind"]
    since = f"; the last transaction it has replayed is {lasting(behind)} old" if behind is not None else ""
    advice = "connect to the primary: in the connection string, target_session_attrs=read-write with all hosts finds it"
    return judged(
        CRITICAL, f"a standby, which takes no writes{since}", threshold="critical on a standby", advice=advice
    )


def _read_only(rows: Rows, around: Around) -> HealthFinding:
    if not any(row["read_only"] for row in rows):
        return judged(OK, "new sessions may write", threshold="critical where they may not")
    found = "new sessions are read only: default_transaction_read_only is on"
    advice = (
        "find out why, since services set it where the disk is full; pg_db_role_setting says whether for a role or"
        f" database: ALTER ROLE {ident(around.role)}, DATABASE or SYSTEM RESET default_transaction_read_only"
    )
    return judged(CRITICAL, found, threshold="critical where they may not", advice=advice)


def _privileges(rows: Rows, around: Around) -> HealthFinding:
    (row,) = rows
    role, database = ident(around.role), ident(row["database"])
    grant = f"GRANT CREATE ON DATABASE {database} TO {role}"
    threshold = "critical where an apply could keep no journal"
    if row["may_create"]:
        return judged(OK, f"role {role} may create schemas in {database}", threshold=threshold)
    if row["owned"] == 2:
        found = f"role {role} owns faberdb's schemas in {database}, and may create no others"
        return judged(WARNING, found, threshold=threshold, advice=grant)
    if not row["there"]:
        found = (
            f"role {role} may create no schemas in {database}: the journal is beside the state, and what a plan"
            " takes away cannot be kept in quarantine"
        )
        return judged(WARNING, found, threshold=threshold, advice=grant)
    found = f"faberdb's schemas in {database} are not those of role {role}, and it may not create schemas"
    return judged(CRITICAL, found, threshold=threshold, advice=grant)


CONNECTIVITY = Check("connectivity", _connectivity)
VERSION = Check("version", _version)
STANDBY = Check("standby", _standby, _STANDBY, stops=True)
READ_ONLY = Check("read_only", _read_only, _READ_ONLY, stops=True)
PRIVILEGES = Check("privileges", _privileges, _PRIVILEGES, stops=True)
