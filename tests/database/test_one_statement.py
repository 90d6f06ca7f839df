"""A server takes one command from each statement text, wherever faberdb sends texts with declared SQL in them. What a
declaration may hold is looked at before; this is what stands behind it, should a text end its statement after all."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from faberdb.model import Action, Address, Limits, Statement, Step
from faberdb_providers.postgres.provider import provider
from faberdb_providers.postgres.session import Session
from faberdb_providers.postgres.target import Target
from tests.migration import opened
from tests.servers import Server, fetch, run_sql

REFUSED = "cannot insert multiple commands into a prepared statement"
THERE = "select to_regclass('first'), to_regclass('second')"


def steps(*texts: str, outside: bool = False, probe: tuple[str, ...] = ()) -> Sequence[Step]:
    return [
        Step(
            str(n),
            Address("table", ("public", "t")),
            Action.CREATE,
            Statement(sql, outside=outside, probe=probe),
            n,
            (),
            ("public",),
        )
        for n, sql in enumerate(texts, 1)
    ]


def _applied(session: Session, found: Sequence[Step]) -> str:
    session.prepare_bookkeeping()
    target: Target = provider.target(session)
    failure = target.run_transaction("plan", found, Limits(), lambda step: None, lambda: None)
    return " ".join((*failure.words, *failure.rows)) if failure else ""


WAYS: dict[str, Callable[[Session, str], str]] = {
    "a proof": lambda session, sql: str(session.run_all(steps("select 1", sql))),
    "a build, one by one": lambda session, sql: str(session.run_each(steps("select 1", sql))),
    "a build, all at once": lambda session, sql: "" if session.run_batch(steps("select 1", sql)) else REFUSED,
    "an apply": lambda session, sql: _applied(session, steps(sql)),
    "an apply outside of transactions": lambda session, sql: _applied(session, steps(sql, outside=True)),
}


@pytest.mark.parametrize(
    "smuggled", ["; create table second (id int)", ";; select 1", "; commit; create table second ()"]
)
@pytest.mark.parametrize("way", WAYS)
def test_two_commands_are_refused(way: str, smuggled: str, server: Server) -> None:
    with server.database() as conninfo, opened(conninfo, read_only=False) as session:
        assert REFUSED in WAYS[way](session, f"create table first (id int){smuggled}")
        assert fetch(conninfo, THERE) == [(None, None)]
        assert not WAYS[way](session, "create table first (id int)").replace("None", "").replace("{}", "")


def test_a_question_about_rows_is_one_command_too(server: Server) -> None:
    """What a failed step asks for the rows in its way holds declared SQL as well."""
    question = "select id from t limit 5"
    with server.database() as conninfo, opened(conninfo, read_only=False) as session:
        run_sql(conninfo, "create table t (id int); insert into t values (7)")
        step = "select id / 0 from t"
        assert "id = 7" in _applied(session, steps(step, probe=(question,)))
        said = _applied(session, steps(step, probe=(f"{question}; commit; create table second (id int)",)))
        assert "division by zero" in said
        assert "id = 7" not in said
        assert fetch(conninfo, THERE) == [(None, None)]
