"""Asking all checks' questions: in two round trips, READ ONLY. Where one is refused, or takes too long, each is asked
for itself, so that it costs only its own answer."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import psycopg

from faberdb.model import HealthFinding, HealthVerdict, Thresholds
from faberdb_providers.postgres.health.check import Around, Check, Rows, judged
from faberdb_providers.postgres.health.checks import CHECKS
from faberdb_providers.postgres.refusal import lost, words

if TYPE_CHECKING:
    from faberdb_providers.postgres.session import Session

TOGETHER, EACH, ALL = 10, 5, 30
"""Seconds that all questions may take together, that one may take for itself, and after which none is begun."""
PATIENCE = 1
"""Seconds to wait for a lock; only reading where a sequence stands takes one."""

_PROBE = "select current_user"

Answer = Rows | psycopg.Error | None
"""Why there are no rows; None where there was no time to ask."""


def look(session: Session, thresholds: Thresholds, today: date) -> list[HealthFinding]:
    """What every check finds. It fails for nothing that a server can say: what could not be looked at is `unknown`, and
    why."""
    began = time.monotonic()
    try:
        role = str(session.query(_PROBE)[0][0])
        around = Around(thresholds, today, role, session.server_version, time.monotonic() - began)
        answers = _answers(session, [check for check in CHECKS if check.sql])
    except psycopg.Error as error:
        return _out_of_reach(error)
    return [_finding(check, answers.get(check.name, ()), around) for check in CHECKS]


def _answers(session: Session, checks: Sequence[Check]) -> dict[str, Answer]:
    """The answer to each question. Raises psycopg.Error where the connection is lost."""
    with suppress(psycopg.Error):
        return dict(_asked(session, checks, TOGETHER))
    answers: dict[str, Answer] = {}
    end = time.monotonic() + ALL
    for check in checks:
        answers[check.name] = None
        if time.monotonic() < end:
            try:
                answers |= _asked(session, [check], EACH)
            except psycopg.Error as error:
                if lost(error):
                    raise
                answers[check.name] = error
    return answers


def _asked(session: Session, checks: Iterable[Check], seconds: int) -> Mapping[str, Any]:
    """The answers to some questions, as one statement sees them. Raises psycopg.Error."""
    parts = [
        f"select '{check.name}', coalesce((select jsonb_agg(to_jsonb(found)) from ({check.sql}) found), '[]')"
        for check in checks
    ]
    # Statements that are sent as one text take one round trip; a pipeline with a transaction takes more.
    settings = f"set local statement_timeout = '{seconds}s'; set local lock_timeout = '{PATIENCE}s'"
    text = f"begin transaction read only; {settings}; {' union all '.join(parts)}; commit"
    try:
        cursor = session.connection.execute(text.encode())
    except psycopg.Error:
        with suppress(psycopg.Error):
            session.connection.rollback()
        raise
    while cursor.description is None:
        cursor.nextset()
    return dict(cursor.fetchall())


def _finding(check: Check, answer: Answer, around: Around) -> HealthFinding:
    if answer is None:
        found = judged(HealthVerdict.UNKNOWN, "there was no time left to look", advice="run faberdb health again")
    elif isinstance(answer, psycopg.Error):
        found = _refused(answer, around)
    else:
        found = check.judge(answer, around)
    return replace(found, check=check.name, stops=check.stops and found.verdict is HealthVerdict.CRITICAL)


def _refused(error: psycopg.Error, around: Around) -> HealthFinding:
    """Why one check was not made, and what lets it."""
    if isinstance(error, psycopg.errors.QueryCanceled):
        return judged(HealthVerdict.UNKNOWN, f"looking took longer than {EACH} s", advice="see what keeps it busy")
    if isinstance(error, psycopg.errors.LockNotAvailable):
        advice = "run faberdb health again once that is over; lock_waits may say who it is"
        return judged(HealthVerdict.UNKNOWN, "another session locks what would be read", advice=advice)
    barred = isinstance(error, psycopg.errors.InsufficientPrivilege)
    said = f"could not be looked at: {words(error)[0]}"
    return judged(HealthVerdict.UNKNOWN, said, advice=around.granting("pg_monitor") if barred else "")


def _out_of_reach(error: psycopg.Error) -> list[HealthFinding]:
    """The findings where the server does not even answer."""
    first, *others = CHECKS
    found = [
        HealthFinding(first.name, HealthVerdict.CRITICAL, f"the server does not answer: {words(error)[0]}", count=1)
    ]
    unknown = (HealthFinding(check.name, HealthVerdict.UNKNOWN, "the server does not answer") for check in others)
    return [*found, *unknown]
