"""What the server says when it refuses: its own words, without secrets and without values out of rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import conninfo as psycopg_conninfo

from faberdb.errors import ConnectionLostError, DatabaseError
from faberdb.model import Refusal, Step
from faberdb_providers.postgres.pattern import pattern


@contextmanager
def refused(doing: str) -> Iterator[None]:
    """Turn what the server refuses while faberdb does its own work into an error that says what that was.

    Raises DatabaseError, ConnectionLostError.
    """
    try:
        yield
    except psycopg.Error as error:
        if lost(error):
            raise connection_lost(doing, error) from error
        advice = ""
        if isinstance(error, psycopg.errors.InsufficientPrivilege):
            advice = "connect as a role that may create schemas in this database, or as its owner"
        raise DatabaseError(f"the server refused to {doing}", detail=words(error), advice=advice) from error


def connection_lost(doing: str, error: psycopg.Error) -> ConnectionLostError:
    """The error for a connection that is gone."""
    return ConnectionLostError(
        f"the connection was lost while faberdb tried to {doing}",
        detail=words(error),
        advice="check the server, then run the same command again: it goes on where it stopped",
    )


def lost(error: psycopg.Error) -> bool:
    """Whether the connection is gone: the server said that it ends it, or nothing any more. What it merely refuses (no
    room, too many locks, a timeout) is an OperationalError to the driver too."""
    if error.sqlstate is None:
        return isinstance(error, psycopg.OperationalError)
    return error.sqlstate.startswith(("08", "57P"))


_QUOTED = pattern(r'"([^"]*)"')


def _masked(message: str, diagnostic: psycopg.errors.Diagnostic) -> str:
    """A message about data without the data: what is quoted and no name that the server gives apart (`invalid input
    syntax for type integer: "x"`, `value "9" is out of range`). A value may hold quotes itself."""
    d = diagnostic
    names = {d.schema_name, d.table_name, d.column_name, d.datatype_name, d.constraint_name}
    for piece in _QUOTED.finditer(message):
        if piece[1] not in names:
            return f'{message[: piece.start()]}"…"{message[message.rindex(chr(34)) + 1 :]}'
    return message


_STRING = r"(?:[eE]|[uU]&)?'+(?:[^'\\]|''|\\.)*'*|\$(?P<tag>\w*)\$.*?(?:\$(?P=tag)\$|\Z)"
"""A string, also one that stands in another, where its quotes are doubled. It rather ends too late than too early."""
_PASSWORD = pattern(
    rf"""(://[^\s/:@]*:)[^\s@]*(?=@)|(\b\w*password["\s:=>]*(?:\bto\s*)?)(?:{_STRING})"""
    r"|(\b\w*password\s*=\s*)[^\s,;)]+",
    re.IGNORECASE | re.DOTALL,
)
_NEAR = pattern(r"""(?<=at or near ")["'$].*(?=")""", re.DOTALL)
"""What the server did not understand, where it is quoted in the statement."""
_CALLER = pattern(r"^(?:PL/pgSQL|SQL) function .*$", re.MULTILINE)


def words(error: psycopg.Error, *, no_rows: bool = False, of_file: bool = False) -> tuple[str, ...]:
    """The server's own words: message, detail, hint, with the SQLSTATE; without values out of rows. no_rows: whether
    there are none where it was said, so that all values in it come from the statement itself. of_file: whether others
    wrote the statement: then no text of it is given that it put together itself, and no advice for declarations."""
    d = error.diag
    if not d.message_primary:
        return (str(error).strip() or type(error).__name__,)
    message, detail = d.message_primary, d.message_detail
    if (d.sqlstate or "")[:2] in ("22", "23") and not no_rows:
        # What was wrong with data is told with the data, which is nobody's business in a log.
        message, detail = _masked(message, d), None
    lines = [f"{d.severity or 'ERROR'} {d.sqlstate}: {message}"]
    lines += [f"{name}: {text}" for name, text in (("DETAIL", detail), ("HINT", d.message_hint)) if text]
    if d.context and d.sqlstate and d.sqlstate.startswith("42"):
        context = "\n".join(_CALLER.findall(d.context)) if of_file else d.context
        lines += [f"CONTEXT: {context}"] if context else []
        lines += [] if of_file else _not_looked_up(d.sqlstate, message, d.context)
    if of_file:
        lines = [_NEAR.sub("…", line) for line in lines]
    return tuple(map(without_passwords, lines))


def without_passwords(text: str) -> str:
    """The text without what stands there as a password, in an SQL statement or a connection string."""
    return _PASSWORD.sub(r"\1\2\4***", text)


CONFIDING = frozenset({"foreign_data_wrapper", "foreign_server", "foreign_table", "user_mapping", "subscription"})
"""Kinds whose statements may tell how to get into another server."""


def refusal(error: psycopg.Error, step: Step, sql: str) -> Refusal:
    """What a scratch database, which holds no rows of anybody's, says of a step that was sent to it as `sql`."""
    at, inner = error.diag.statement_position, error.diag.internal_query
    if step.statement.on_scratch and inner and not at:  # it is run from within another statement there
        at, sql = error.diag.internal_position, inner
    said = words(error, no_rows=step.address.kind not in CONFIDING and not step.statement.secrets)
    if step.statement.on_scratch:
        said = tuple(line for line in said if not _OF_OURS.match(line))
    state = error.sqlstate or ""
    of_rows = state.startswith(_OF_ROWS) or _OF_USERS.search(error.diag.context or "") is not None
    return Refusal(
        said,
        sql,
        int(at) - 1 if at else None,
        of_rows=of_rows,
        of_server=not state or state.startswith(_OF_SERVER),
        of_structure=state.startswith(_OF_STRUCTURE),
        without_a_value=state == "23502",
        out_of_time=state == "57014",
        out_of_reach=closed_off(error),
    )


def closed_off(error: psycopg.Error) -> bool:
    """Whether it is for what keeps a session from foreign tables (`settings.closed_off`); the message may be in any
    language."""
    return error.sqlstate == "55000" and error.diag.source_function in _OF_FOREIGN_TABLES


_OF_FOREIGN_TABLES = ("GetFdwRoutine", "get_relation_info", "make_modifytable")
"""Where PostgreSQL looks at restrict_nonsystem_relation_kind."""


_OF_SERVER = ("08", "40", "53", "57")
"""Classes of what neither rows nor statements are the cause of."""
_OF_STRUCTURE = ("25", "42P07", "55006")
"""What no value in rows is ever the cause of: a wrong state of the transaction, a name that is taken, a table that
something of the transaction is still to be done with."""

_OF_ROWS = ("21", "22", "23", "38", "39", "54", "P0")
"""Classes of what can be wrong with values (too large for an index, too), and of what routines say of them."""
_OF_USERS = pattern(r'^(?:PL/pgSQL|SQL) function (?!inline_code_block|"?pg_temp|\S*faberdb_)', re.M)
"""The context of an error that a routine of the user's came upon; faberdb's own run in blocks and for the session."""


_OF_OURS = pattern(r"CONTEXT: PL/pgSQL function inline_code_block line \d+ at EXECUTE$")
"""That a statement is run from within a block of faberdb's own."""
_RUNNING = pattern(r'function "?([^"\s(]+)[^\n]* (?:during (?:inlining|startup)|statement \d|line \d+ at )')
_MISSING = pattern(r'\w+ "?([^"(]+?)"?(?:\(.*\))? does not exist')


def _not_looked_up(sqlstate: str, message: str, context: str) -> Iterator[str]:
    """Why a function finds nothing under a name that it finds in the sessions of its users."""
    running, missing = _RUNNING.search(context), _MISSING.match(message)
    if sqlstate in ("42P01", "42883", "42704") and running and missing and "." not in missing[1]:
        yield (
            f"HINT: the body of function {running[1]} names it without a schema, and no search_path is set here, as"
            f" none is when a dump is restored: write the schema before {missing[1]} there, or give the function"
            ' `set = { search_path = "..." }`'
        )


ENCODING = "in a password in a URL, write % as %25, @ as %40, / as %2F, : as %3A"


def unreadable(conninfo: str) -> str:
    """Why a connection string cannot be used, without a word of it; empty where it can."""
    if _misread(conninfo):
        # libpq takes a part of the password for the host or the database, and names it in what it says.
        return "an @ or a / in its password looks like the end of it"
    try:
        psycopg_conninfo.conninfo_to_dict(conninfo)
    except (psycopg.Error, UnicodeError):
        # libpq quotes a string it cannot parse, password and all.
        bare = "://" in conninfo and re.search("%(?![0-9A-Fa-f]{2})", conninfo)
        return "a % in it begins no code such as %25" if bare else "libpq does not understand it"
    return ""


def without_secrets(text: str, conninfo: str) -> str:
    """libpq's message without what the connection string holds of secrets."""
    if why := unreadable(conninfo):
        return f"the connection string cannot be read safely: {why}; {ENCODING}"
    parts = psycopg_conninfo.conninfo_to_dict(conninfo)
    for secret in [str(value) for key, value in parts.items() if "password" in key and value]:
        # A letter or two would be found in the midst of other words, and told by what is missing there.
        before, after = (r"(?<!\w)" if secret[0].isalnum() else "", r"(?!\w)" if secret[-1].isalnum() else "")
        text = re.sub(before + re.escape(secret) + after, "***", text)
    return re.sub(r"://[^@\s]*@", "://***@", text).strip()


def _misread(conninfo: str) -> bool:
    """Whether a URL holds a password in which libpq sees its end: the first @, or a / before it."""
    scheme, _, rest = conninfo.partition("://")
    credentials, at, place = rest.partition("@")
    if scheme not in ("postgresql", "postgres") or not at:
        return False
    user, _, password = credentials.partition(":")
    port, slash, _ = password.partition("/")
    return "@" in place.partition("?")[0] or ("/" not in user and bool(slash) and not port.isdigit())
