"""What a database is like, beside what is in it: who owns it, how it sorts, what its sessions begin with. A dump
of what is in it has none of that, so it is read with it, and given to the database that a restore makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from faberdb_providers.postgres.names import ident, literal
from faberdb_providers.postgres.session import Session

_OURS = "d.oid = (select oid from pg_database where datname = current_database())"
_READ = f"""
select pg_get_userbyid(d.datdba), pg_encoding_to_char(d.encoding), d.datcollate, d.datctype, d.datconnlimit,
       (select spcname from pg_tablespace t where t.oid = d.dattablespace), shobj_description(d.oid, 'pg_database'),
       to_jsonb(d)
  from pg_database d where {_OURS}
"""
_SETTINGS = f"""
select coalesce(pg_get_userbyid(nullif(s.setrole, 0)), ''), unnest(s.setconfig)
  from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase where {_OURS} order by 1, 2
"""
_RIGHTS = f"""
select case when a.grantee = 0 then '' else pg_get_userbyid(a.grantee) end, a.privilege_type, a.is_grantable
  from pg_database d, aclexplode(d.datacl) a where {_OURS} order by 1, 2
"""
_PROVIDERS = {"i": "icu", "c": "libc", "b": "builtin"}
# Settings whose stored text is a list of names as SQL writes them; GUC_LIST_QUOTE in PostgreSQL's guc_tables.c.
_LISTS = (
    "local_preload_libraries",
    "search_path",
    "session_preload_libraries",
    "shared_preload_libraries",
    "temp_tablespaces",
    "unix_socket_directories",
)


def character(session: Session) -> dict[str, Any]:
    """Of the session's database, as JSON holds it. Raises psycopg.Error."""
    owner, encoding, collate, ctype, limit, space, comment, all_of_it = session.query(_READ)[0]
    return {
        "owner": owner,
        "encoding": encoding,
        "collate": collate,
        "ctype": ctype,
        "provider": _PROVIDERS.get(all_of_it.get("datlocprovider", "c"), "libc"),
        # The name of it differs: daticulocale in 15 and 16, datlocale from 17 on.
        "locale": all_of_it.get("datlocale") or all_of_it.get("daticulocale"),
        "rules": all_of_it.get("daticurules"),
        "limit": limit,
        "tablespace": space,
        "comment": comment,
        "settings": [[role, *text.partition("=")[::2]] for role, text in session.query(_SETTINGS)],
        # Nothing was ever granted or revoked: then it has no list, and its owner may be another one later.
        "rights": None if all_of_it.get("datacl") is None else [list(row) for row in session.query(_RIGHTS)],
    }


def creation(name: str, like: Mapping[str, Any], major: int) -> str:
    """The statement that makes an empty database of this character. major: of the server that makes it."""
    parts = [
        f"create database {ident(name)} with template template0 owner {ident(like['owner'])}",
        f"encoding {literal(like['encoding'])}",
        f"lc_collate {literal(like['collate'])} lc_ctype {literal(like['ctype'])}",
    ]
    if like["tablespace"] != "pg_default":  # to name it takes a right on it, and it is where all go
        parts.append(f"tablespace {ident(like['tablespace'])}")
    provider, locale = like["provider"], like["locale"]
    if major >= 15:
        parts.append(f"locale_provider {provider}")
    if locale and provider == "icu":
        parts.append(
            f"icu_locale {literal(locale)}" + (f" icu_rules {literal(like['rules'])}" if like["rules"] else "")
        )
    elif locale and provider == "builtin":
        parts.append(f"builtin_locale {literal(locale)}")
    return " ".join(parts)


def statements(name: str, like: Mapping[str, Any]) -> Iterator[str]:
    """What makes a database of this name like the one that was described, without its comment."""
    database = f"database {ident(name)}"
    yield f"alter {database} connection limit {int(like['limit'])}"
    for role, setting, value in like["settings"]:
        whose = f"alter role {ident(role)} in {database}" if role else f"alter {database}"
        listed = setting.lower() in _LISTS
        text = ("''" if value in ("", '""') else value) if listed else literal(value)
        yield f"{whose} set {'.'.join(map(ident, setting.split('.')))} = {text}"
    if like["rights"] is not None:
        yield f"revoke all on {database} from public, {ident(like['owner'])}"
        for role, privilege, grantable in like["rights"]:
            option = " with grant option" if grantable else ""
            yield f"grant {privilege} on {database} to {ident(role) if role else 'public'}{option}"


def remark(name: str, like: Mapping[str, Any]) -> str:
    """The statement that gives a database its comment, or takes it."""
    comment = like["comment"]
    return f"comment on database {ident(name)} is {'null' if comment is None else literal(comment)}"
