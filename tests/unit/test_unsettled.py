"""What the statement of an earlier step tells: whether a question about live rows may have another answer by then."""

from __future__ import annotations

import pytest

from faberdb.model import Action, Address, Statement, Step
from faberdb_providers.postgres.live.unsettled import still_empty, unsettled

PROBE = "select t.id from only public.person t where not (name > 'a'::public.mood)"
ABOVE = [("public.person", "public.whole"), ("public.whole", "public.top"), ("public.other", "public.whole")]


def step(address: str, sql: str, action: Action = Action.ALTER, probe: str = "") -> Step:
    return Step("1", Address.parse(address), action, Statement(sql, probe=(probe,) if probe else ()), 1)


ASKED = step("check:public.person.c", "ALTER TABLE public.person ADD CONSTRAINT c CHECK (true)", probe=PROBE)
COLUMN = "column:public.person.name"
UNSETTLING = [
    (COLUMN, "ALTER TABLE public.person ALTER COLUMN name TYPE text USING name::text"),
    (COLUMN, "ALTER TABLE public.person ADD COLUMN name text"),
    (COLUMN, "ALTER TABLE public.person DROP COLUMN name"),
    (COLUMN, "ALTER TABLE public.person ALTER COLUMN name SET EXPRESSION AS (id)"),
    (COLUMN, "ALTER TABLE public.person RENAME COLUMN name TO word"),
    (COLUMN, "ALTER TABLE public.person RENAME COLUMN word TO name"),
    (COLUMN, "UPDATE public.person SET other = 1"),
    (COLUMN, "DO $faberdb$ BEGIN EXECUTE $update$UPDATE public.person SET other = 1$update$; END $faberdb$"),
    ("column:public.top.name", "UPDATE public.top SET other = 1"),
    ("column:public.top.name", "ALTER TABLE public.top ALTER COLUMN name TYPE text"),
    ("enum:public.mood", "ALTER TYPE public.mood ADD VALUE 'b'"),
    ("enum:public.mood", "CREATE TYPE public.mood AS ENUM ('b')"),
    ("table:public.person", "ALTER TABLE public.person RENAME TO people"),
    ("table:public.person", "ALTER TABLE public.people RENAME TO person"),
    ("table:public.person", "ALTER TABLE faberdb_quarantine_1.person SET SCHEMA public"),
    ("table:public.person", "CREATE TABLE public.person (id bigint)"),
    ("table:public.part", "ALTER TABLE public.person ATTACH PARTITION public.part FOR VALUES IN (1)"),
    ("table:public.child", "ALTER TABLE public.child INHERIT public.person"),
    ("table:public.person", "ALTER TABLE public.person DO SOMETHING UNHEARD OF"),
]
CALM = [
    (COLUMN, "ALTER TABLE public.person ALTER COLUMN name SET NOT NULL"),
    (COLUMN, "ALTER TABLE public.person ALTER COLUMN name DROP NOT NULL"),
    (COLUMN, "ALTER TABLE public.person ALTER COLUMN names TYPE text"),
    (COLUMN, "ALTER TABLE public.person ADD COLUMN rename text"),
    (COLUMN, "ALTER TABLE public.other ALTER COLUMN id SET STATISTICS 9"),
    (COLUMN, "ALTER TABLE public.stranger ALTER COLUMN name TYPE text"),
    (COLUMN, "LOCK TABLE public.person IN ACCESS EXCLUSIVE MODE"),
    (COLUMN, "CREATE TABLE faberdb_quarantine.q_1_person AS SELECT id, name FROM public.person"),
    ("column:public.stranger.name", "UPDATE public.stranger SET name = 1"),
    ("default:public.person.name", "ALTER TABLE public.person ALTER COLUMN name SET DEFAULT 1"),
    ("check:public.person.d", "ALTER TABLE public.person DROP CONSTRAINT d"),
    ("index:public.person.i", "CREATE INDEX i ON public.person (name)"),
    ("view:public.name", "DROP VIEW public.name"),
    ("enum:public.moods", "ALTER TYPE public.moods ADD VALUE 'b'"),
    ("table:public.person", "ALTER TABLE public.person SET (fillfactor = 80)"),
    ("table:public.person", "ALTER TABLE public.person ENABLE ROW LEVEL SECURITY"),
    ("table:public.person", "ALTER TABLE public.whole DETACH PARTITION public.person"),
    ("grant:table.public.person.ann", "GRANT SELECT ON TABLE public.person TO ann"),
]


@pytest.mark.parametrize(("address", "sql"), UNSETTLING)
def test_what_unsettles_it(address: str, sql: str) -> None:
    assert unsettled([step(address, sql), ASKED], {1}, ABOVE) == {1}
    assert unsettled([ASKED, step(address, sql)], {0}, ABOVE) == set()


@pytest.mark.parametrize(("address", "sql"), CALM)
def test_what_leaves_it_as_it_is(address: str, sql: str) -> None:
    assert unsettled([step(address, sql), ASKED], {1}, ABOVE) == set()


def test_rows_that_go_over_are_those_of_the_old_table() -> None:
    copying = step("table:public.person", "INSERT INTO public.person SELECT 1", probe=PROBE)
    moved = step("table:public.person", "ALTER TABLE public.person SET SCHEMA faberdb_quarantine_1")
    made = step("table:public.person", "CREATE TABLE public.person ()")
    assert unsettled([moved, made, copying], {2}, ABOVE) == set()
    assert unsettled([step(COLUMN, "UPDATE public.person SET name = 1"), copying], {1}, ABOVE) == {1}


def test_a_new_table_has_no_rows_until_some_come() -> None:
    made = step("table:public.person", "CREATE TABLE public.person (id bigint)", Action.CREATE)
    assert still_empty([made, ASKED]) == {1}
    assert still_empty([ASKED, made]) == set()
    assert still_empty([step("table:public.person", made.statement.sql, Action.REPLACE), ASKED]) == set()
    for sql in ("ALTER TABLE public.person ATTACH PARTITION public.part DEFAULT", "INSERT INTO public.person SELECT 1"):
        assert still_empty([made, step("table:public.part", sql), ASKED]) == set()
