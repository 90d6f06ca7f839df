"""What quarantine keeps of values comes back to the row it came from, exactly, or a plan or rollback says why not."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from faberdb.errors import RefusedError, RolledBackError
from faberdb.model import Limits
from faberdb.plan.document import Plan
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.provider import provider
from tests.conftest import INSTALLED
from tests.migration import Migration, build_directly, declare, opened
from tests.servers import Server, fetch, run_sql


class Trial:
    """A database with rows, taken from one declaration to another and back."""

    def __init__(self, server: Server, live: str, before: str) -> None:
        self.migration, self.live = Migration(server.scratch()), live
        build_directly(live, declare({"public.toml": before}))

    def run(self, sql: str) -> None:
        run_sql(self.live, sql)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return fetch(self.live, sql)

    def go(self, after: str) -> Plan:
        plan = self.migration.plan(self.live, declare({"public.toml": after}))
        self.migration.apply(self.live, plan)
        return plan

    def back(self, plan: Plan) -> None:
        self.migration.apply(self.live, self.migration.plan_back(self.live, plan))

    def left_behind(self, plan: Plan) -> list[tuple[str, int, list[str]]]:
        with opened(self.live) as session:
            return session.left_behind(plan.kept)


Start = Callable[[str], Trial]


@pytest.fixture
def start(servers: Callable[[int], Server]) -> Iterator[Start]:
    server = servers(max(INSTALLED))
    with server.database() as live:
        yield lambda before: Trial(server, live, before)


def table(columns: str, about: str = "primary_key = ['id']", more: str = "") -> str:
    return f"[tables.t]\n{about}\n[tables.t.columns]\n{columns}\n{more}\n"


def hazards(plan: Plan) -> set[str]:
    return {hazard.code for step in plan.steps for hazard in step.statement.hazards}


ID = "id = 'int'\n"


def test_an_expression_keeps_the_values_even_between_types_that_hold_each_other(start: Start) -> None:
    trial = start(table(ID + "cents = 'integer'\ncode = 'varchar(10)'"))
    trial.run("insert into t values (1, 149, 'ab'), (2, 151, 'Cd')")
    plan = trial.go(
        table(
            ID + "cents = { type = 'numeric', using = 'round(cents / 100.0)' }\n"
            "code = { type = 'text', using = 'upper(code)' }"
        )
    )
    assert trial.rows("select * from t order by id") == [(1, 1, "AB"), (2, 2, "CD")]
    trial.back(plan)
    assert trial.rows("select * from t order by id") == [(1, 149, "ab"), (2, 151, "Cd")]


@pytest.mark.parametrize("about", ["primary_key = ['id']", ""])
def test_a_backfill_is_taken_back_where_it_still_stands(start: Start, about: str) -> None:
    trial = start(table(ID + "a = { type = 'text', null = true }", about))
    trial.run("insert into t values (1, 'x'), (2, null), (3, null), (4, null)")
    plan = trial.go(table(ID + "a = { type = 'text', backfill = \"'n' || id\" }", about))
    assert trial.rows("select a from t order by id") == [("x",), ("n2",), ("n3",), ("n4",)]
    trial.run("update t set a = 'new' where id = 3")
    trial.back(plan)
    assert trial.rows("select a from t order by id") == [("x",), (None,), ("new",), (None,)]


def test_a_key_that_becomes_wider_stays_a_key(start: Start) -> None:
    trial = start(table(ID + "a = 'text'\nb = 'text'"))
    trial.run("insert into t select n, 'same', 'b' || n from generate_series(1, 9) n")
    plan = trial.go(table("id = 'bigint'\na = 'text'"))
    trial.run("update t set a = 'other' where id % 3 = 0")
    trial.back(plan)
    assert trial.rows("select count(*) from t where b = 'b' || id") == [(9,)]
    assert not hazards(plan) & {codes.ROWS_WITHOUT_A_KEY}


def test_a_renamed_key_and_a_unique_constraint_are_keys(start: Start) -> None:
    unique = "[tables.t.uniques.u]\ncolumns = ['{}']"
    trial = start(table(ID + "a = 'text'\nb = 'text'", "", unique.format("id")))
    trial.run("insert into t select n, 'same', 'b' || n from generate_series(1, 9) n")
    plan = trial.go(table("num = { type = 'int', renamed_from = 'id' }\na = 'text'", "", unique.format("num")))
    assert not hazards(plan) & {codes.ROWS_WITHOUT_A_KEY}
    trial.run("update t set a = 'other' where num % 3 = 0")
    trial.back(plan)
    assert trial.rows("select count(*) from t where b = 'b' || id") == [(9,)]


def test_columns_of_one_table_without_a_key_come_back_side_by_side(start: Start) -> None:
    trial = start(table("g = 'int'\na = 'text'\nb = 'text'\nc = 'numeric'\nd = 'text'", ""))
    trial.run("insert into t select n % 2, 'a' || n, 'b' || n, n + 0.5, 'd' || n from generate_series(1, 500) n")
    trial.run("delete from t where c < 100")
    plan = trial.go(table("g = 'int'\nc = 'int'", ""))
    assert len({kept.place for kept in plan.kept}) == 1
    assert codes.ROWS_WITHOUT_A_KEY in hazards(plan)
    trial.back(plan)
    wanted = "select count(*) from t where a = 'a' || trunc(c) and b = 'b' || trunc(c) and d = 'd' || trunc(c)"
    assert trial.rows(wanted) == [(401,)]
    assert trial.rows("select count(*) from t where trunc(c) % 2 = g and c - trunc(c) = 0.5") == [(401,)]


def test_settings_of_the_session_do_not_change_what_a_row_is_known_by(start: Start) -> None:
    trial = start(table("at = 'timestamptz'\nfor = 'interval'\nof = 'bytea'\na = 'text'", ""))
    trial.run(
        "insert into t select now() + n * '1 day'::interval, n * '1 day 1 hour'::interval,"
        " decode('0' || n, 'hex'), n::text from generate_series(1, 9) n"
    )
    plan = trial.go(table("at = 'timestamptz'\nfor = 'interval'\nof = 'bytea'", ""))
    name = trial.rows("select quote_ident(current_database())")[0][0]
    for setting in (
        "timezone = 'Asia/Tokyo'",
        "datestyle = 'german'",
        "intervalstyle = 'iso_8601'",
        "bytea_output = 'escape'",
    ):
        trial.run(f"alter database {name} set {setting}")
    trial.back(plan)
    assert trial.rows("select count(*) from t where encode(of, 'hex') = '0' || a") == [(9,)]


def test_rows_of_child_tables_are_known_by_their_table_too(start: Start) -> None:
    child = "[tables.kid]\ninherits = ['t']\n"
    trial = start(table(ID + "a = 'text'\nb = 'text'") + child)
    trial.run("insert into t values (1, 'p', 'b of t'); insert into kid values (1, 'p', 'b of kid')")
    plan = trial.go(table(ID + "a = 'text'") + child)
    trial.back(plan)
    assert trial.rows("select b from only t union all select b from kid") == [("b of t",), ("b of kid",)]


def test_rows_of_a_child_are_told_apart_by_what_it_inherits(start: Start) -> None:
    child = "[tables.kid]\ninherits = ['t']\n[tables.kid.columns]\n{}own = 'int'\n"
    trial = start(table(ID + "a = 'text'", "") + child.format("b = 'text'\n"))
    trial.run("insert into kid (id, a, b, own) select n, 'a', 'b' || n, 1 from generate_series(1, 9) n")
    plan = trial.go(table(ID + "a = 'text'", "") + child.format(""))
    trial.run("update kid set id = id where id % 2 = 0")
    trial.back(plan)
    assert trial.rows("select count(*) from kid where b = 'b' || id") == [(9,)]


SEQUENCES = [
    # before, after, rows, what the next value is after both ways
    ("[sequences.s]", "[sequences.s]\nmax = 1000", "select setval('s', 5000)", "select nextval('s')", 5001),
    (
        table("id = { type = 'int', identity = 'by default' }"),
        table("id = 'int'"),
        "insert into t select from generate_series(1, 100); delete from t where id > 10",
        "insert into t default values returning id",
        101,
    ),
    (
        table("id = { type = 'int', identity = 'always' }"),
        table("id = { type = 'int', identity = { generated = 'always', max = 50 } }"),
        "insert into t select from generate_series(1, 100); delete from t where id > 10",
        "insert into t default values returning id",
        101,
    ),
    (
        table("a = 'int'\nid = { type = 'int', identity = { generated = 'by default', increment = -1 } }", ""),
        table("a = 'int'", ""),
        "insert into t select n from generate_series(1, 20) n",
        "insert into t values (0) returning id",
        -21,
    ),
]


@pytest.mark.parametrize(("before", "after", "fill", "next_one", "wanted"), SEQUENCES)
def test_a_sequence_goes_on_where_it_was(
    start: Start, before: str, after: str, fill: str, next_one: str, wanted: int
) -> None:
    trial = start(before)
    trial.run(fill)
    trial.back(trial.go(after))
    assert trial.rows(next_one) == [(wanted,)]


def test_values_whose_row_is_gone_are_named(start: Start) -> None:
    trial = start(table(ID + "b = { type = 'text', null = true }"))
    trial.run("insert into t select n, 'b' || n from generate_series(1, 9) n")
    plan = trial.go(table(ID.rstrip()))
    trial.run("delete from t where id = 3; update t set id = 70 where id = 7")
    trial.back(plan)
    assert trial.left_behind(plan) == [(f"public.t ({plan.kept[0].place})", 2, ["3", "7"])]
    assert trial.rows("select count(*) from t where b is null") == [(1,)]


TOUCH = """
[tables.t.triggers.touch]
when = "before"
events = ["update"]
execute = "touch"
[functions.touch]
language = "plpgsql"
returns = "trigger"
body = "begin new.at := now(); return new; end"
"""


def test_what_comes_back_fires_no_trigger(start: Start) -> None:
    at = ID + "at = 'timestamptz'\n"
    trial = start(table(at + "b = 'text'", more=TOUCH))
    trial.run("insert into t select n, '2001-01-01', 'b' || n from generate_series(1, 9) n")
    plan = trial.go(table(at, more=TOUCH))
    trial.back(plan)
    assert trial.rows("select count(*) from t where at = '2001-01-01' and b = 'b' || id") == [(9,)]
    assert trial.rows("select tgenabled from pg_trigger where tgname = 'touch'") == [("O",)]


def test_a_backfill_that_fires_a_trigger_says_so(start: Start) -> None:
    at = ID + "at = 'timestamptz'\n"
    trial = start(table(at, more=TOUCH))
    trial.run("insert into t values (1, '2001-01-01')")
    assert codes.BACKFILL_FIRES_TRIGGERS in hazards(
        trial.go(table(at + "b = { type = 'int', backfill = '1' }", more=TOUCH))
    )


def test_values_come_back_into_a_column_that_was_added_again_by_hand(start: Start) -> None:
    trial = start(table(ID + "b = { type = 'text', null = true }"))
    trial.run("insert into t select n, 'b' || n from generate_series(1, 3) n")
    plan = trial.go(table(ID.rstrip()))
    trial.run("alter table t add column b text; update t set b = 'new' where id = 2")
    trial.back(plan)
    assert trial.rows("select b from t order by id") == [("b1",), ("new",), ("b3",)]


def test_what_a_column_was_filled_with_when_it_was_added_again_is_no_newer_value(start: Start) -> None:
    trial = start(table(ID + "b = { type = 'text', default = \"'new'\" }"))
    trial.run("insert into t select n, 'b' || n from generate_series(1, 4) n")
    plan = trial.go(table(ID.rstrip()))
    trial.run("alter table t add column b text not null default 'filled'; update t set b = 'new' where id = 2")
    trial.run("insert into t values (5); alter table t alter column b set default 'other'; insert into t values (6)")
    back = trial.migration.plan_back(trial.live, plan)
    assert codes.TAKEN_FOR_UNWRITTEN in hazards(back)
    trial.migration.apply(trial.live, back)
    assert trial.rows("select b from t order by id") == [(v,) for v in ("b1", "new", "b3", "b4", "filled", "other")]


def test_a_table_that_is_there_again_is_named(start: Start) -> None:
    trial = start(table(ID.rstrip()))
    plan = trial.go("")
    trial.run("create table t (id int primary key)")
    with pytest.raises(RefusedError, match=r"table public\.t is there again"):
        trial.back(plan)


def test_what_was_written_since_is_not_cut_on_the_way_back(start: Start) -> None:
    trial = start(table(ID + "a = 'varchar(3)'\nb = 'char(5)'\nc = 'varchar(3)'"))
    trial.run("insert into t values (1, 'abc', 'ab', 'x'), (2, 'ab', 'b', 'y')")
    plan = trial.go(table(ID + "a = 'text'\nb = 'text'\nc = { type = 'text', using = \"'much longer ' || c\" }"))
    for column in ("a", "b", "c"):
        trial.run(f"insert into t values (3, 'a', 'b', 'c'); update t set {column} = 'long enough' where id = 3")
        before = trial.rows("select * from t order by id")
        with pytest.raises(RolledBackError) as error:
            trial.back(plan)
        assert "    id = 3" in error.value.detail, error.value
        assert trial.rows("select * from t order by id") == before
        trial.run("delete from t where id = 3")
    trial.run("insert into t values (3, 'a', 'b', 'c')")
    trial.back(plan)
    assert trial.rows("select * from t order by id") == [
        (1, "abc", "ab   ", "x"),
        (2, "ab", "b    ", "y"),
        (3, "a", "b    ", "c"),
    ]


def test_what_a_statement_of_several_columns_fails_on_may_be_any_of_them(start: Start) -> None:
    trial = start(table(ID + "a = 'text'\nb = 'text'"))
    trial.run("insert into t values (1, '1', 'one')")
    with pytest.raises(RolledBackError) as error:
        trial.go(table(ID + "a = 'int'\nb = 'int'"))
    assert error.value.detail[0] == "column public.t.a or column public.t.b"
    assert error.value.detail[-1] == "    id = 1"


def test_with_using_a_text_is_cut_as_it_says(start: Start) -> None:
    trial = start(table(ID + "a = 'text'"))
    trial.run("insert into t values (1, 'abcdef')")
    plan = trial.go(table(ID + "a = { type = 'varchar(3)', using = 'left(a, 3)' }"))
    assert trial.rows("select a from t") == [("abc",)]
    trial.back(plan)
    assert trial.rows("select a from t") == [("abcdef",)]


def enum(values: str, using: str = "") -> str:
    more = f', using = "{using}"' if using else ""
    return f"[enums]\nmood = [{values}]\n" + table(ID + f"a = {{ type = 'mood'{more} }}")


FALLEN = "case a when 'low' then 'down' else a::mood end"


def test_what_an_expression_made_is_taken_back_though_it_is_none_of_the_old_type(start: Start) -> None:
    trial = start(table("id = 'int'\nk = 'int'"))
    trial.run("insert into t values (1, 5)")
    plan = trial.go(table("id = 'int'\nk = { type = 'text', using = \"'x' || k\" }"))
    assert trial.rows("select k from t") == [("x5",)]
    trial.run("insert into t values (2, '6')")
    trial.back(plan)
    assert trial.rows("select * from t order by id") == [(1, 5), (2, 6)]


def test_a_value_that_falls_out_of_an_enum_comes_back_where_nobody_wrote(start: Start) -> None:
    trial = start(enum("'low', 'high', 'odd'"))
    trial.run("insert into t values (1, 'low'), (2, 'high'), (3, 'low'), (4, 'low')")
    plan = trial.go(enum("'down', 'high', 'odd'", FALLEN))
    assert trial.rows("select a::text from t order by id") == [("down",), ("high",), ("down",), ("down",)]
    trial.run("update t set a = 'odd' where id = 3; insert into t values (5, 'down')")
    with pytest.raises(RolledBackError) as error:
        trial.back(plan)
    assert [line for line in error.value.detail if line.startswith("    ")] == ["    in_table = 'public.t', key = '5'"]
    trial.run("delete from t where id = 5")
    trial.back(plan)
    assert trial.rows("select a::text from t order by id") == [("low",), ("high",), ("odd",), ("low",)]


def test_an_expression_that_gives_no_value_of_the_enum_names_the_rows(start: Start) -> None:
    trial = start(enum("'low', 'high', 'odd'"))
    trial.run("insert into t values (1, 'low'), (2, 'high'), (3, 'odd')")
    with pytest.raises(RolledBackError) as error:
        trial.go(enum("'high'", "case a when 'low' then 'high' else a::mood end"))
    assert [line for line in error.value.detail if line.startswith("    ")] == ["    in_table = 'public.t', key = '3'"]


def test_an_expression_of_before_is_no_matter_where_no_value_is_gone(start: Start) -> None:
    trial = start(enum("'low', 'high'"))
    trial.run("insert into t values (1, 'low')")
    plan = trial.go(enum("'high', 'low'", "'high'::mood"))
    assert not plan.kept
    assert trial.rows("select a::text from t") == [("low",)]


def test_a_policy_hides_no_row_from_the_copy(start: Start) -> None:
    policy = "[tables.t.policies.p]\nusing = 'false'\n"
    trial = start(table(ID + "b = 'int'", "force_row_security = true\nrow_security = true", policy))
    trial.run("insert into t values (1, 2)")
    plan = trial.migration.plan(
        trial.live,
        declare({"public.toml": table(ID.rstrip(), "force_row_security = true\nrow_security = true", policy)}),
    )
    trial.run(
        "create role kept_values_owner login; alter table t owner to kept_values_owner;"
        " grant all on schema public to kept_values_owner"
    )
    try:
        with opened(trial.live, read_only=False) as session:
            session.prepare_bookkeeping()
            session.execute(
                "grant all on all tables in schema faberdb to kept_values_owner; grant all on schema"
                " faberdb, faberdb_quarantine to kept_values_owner; set role kept_values_owner"
            )
            target = provider.target(session)
            failure = target.run_transaction("one", plan.steps, Limits(), lambda step: None, lambda: None)
            assert failure is not None
            assert "row-level security" in failure.words[1]
            assert "BYPASSRLS" in failure.words[-1]
    finally:
        trial.run(
            "reassign owned by kept_values_owner to current_user; drop owned by kept_values_owner;"
            " drop role kept_values_owner"
        )
