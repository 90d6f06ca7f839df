"""When a plan is made it is held against live rows: what is in the way is counted and named by its key, what cannot be
told is said, and nothing else of a row is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest

from faberdb.model import Limits, LiveRows, Risk
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.provider import provider
from tests.conftest import INSTALLED
from tests.database.live_rows import FIT, look, said
from tests.migration import Migration, declare, opened
from tests.servers import Server, rows, run_sql

THERE = """
create type mood as enum ('sad', 'ok');
create domain email as text;
create table region (code text primary key);
insert into region values ('eu');
create table person (id bigint primary key, code text, number int, region text, word text, is_in mood, mail email,
    room int, during int4range);
insert into person values
    (1, 'a', 1, 'eu', '1', 'ok', 'a@x', 1, '[1,5)'), (2, 'a', null, 'us', 'secret', 'sad', 'secret', 1, '[4,8)'),
    (3, null, 3, null, '3', 'ok', 'b@x', 2, '[1,5)'), (4, null, -4, 'eu', '4', 'ok', null, 1, '[8,9)');
create table visit (id bigint, day date, primary key (id, day)) partition by range (day);
create table visit_rest partition of visit default;
insert into visit values (1, '2020-01-01'), (2, '2021-01-01');
create table parent (id bigint not null, word text);
create table child () inherits (parent);
insert into parent values (1, 'a'), (2, 'b'); insert into child values (1, 'a');
"""
WANTED = """\
[domains]
email = "text"

[enums]
mood = ["sad", "ok"]

[tables.region]
primary_key = ["code"]

[tables.region.columns]
code = "text"

[tables.visit]
partition_by = "RANGE (day)"
primary_key  = ["id", "day"]

[tables.visit.columns]
id  = "bigint"
day = "date"

[tables.visit_rest]
partition_of = "visit"
bound        = "DEFAULT"

[tables.parent.columns]
id   = "bigint"
word = { type = "text", null = true }

[tables.child]
inherits = ["parent"]

[tables.person]
primary_key = ["id"]

[tables.person.columns]
id     = "bigint"
code   = { type = "text", null = true }
number = { type = "integer", null = true }
region = { type = "text", null = true }
word   = { type = "text", null = true }
is_in  = { type = "mood", null = true }
mail   = { type = "email", null = true }
room   = { type = "integer", null = true }
during = { type = "int4range", null = true }
"""
END = 'during = { type = "int4range", null = true }\n'
NUMBER, WORD = 'number = { type = "integer", null = true }', 'word   = { type = "text", null = true }\nis_in'
CODE, REGION = 'code   = { type = "text", null = true }\n', 'region = { type = "text", null = true }\n'
CHECKED_DOMAIN = '[domains.email]\ntype = "text"\n\n[domains.email.checks]\nat = "value like \'%@%\'"\n'
ALIKE = '[tables.person.uniques.alike]\ncolumns = ["code"]\n'
INDEX = '[tables.person.indexes.alike]\non = ["lower(code) desc"]\nunique = true\nwhere = "id < 4"\n'
KEY = '[tables.person.foreign_keys.home]\ncolumns = ["region"]\nreferences = { table = "region" }\n'
CHECK = '[tables.person.checks]\npositive = "number > 0"\n'
APART = '[tables.person.exclusions.apart]\nelements = ["int4range(room, room, \'[]\') WITH =", "during WITH &&"]\n'
PART = "[tables.visit_2020]\npartition_of = \"visit\"\nbound = \"FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')\"\n"
PARENT = 'word = { type = "text", null = true }\n\n[tables.child]'


@pytest.fixture(scope="module")
def there(newest: Server) -> Iterator[str]:
    """A database that these tests only look at."""
    with newest.database() as conninfo:
        run_sql(conninfo, THERE)
        yield conninfo


IN_THE_WAY = {
    "no value": ((NUMBER, 'number = "integer"'), "column:public.person.number", ["id = 2"]),
    "alike": ((END, END + ALIKE), "unique:public.person.alike", ["id = 1", "id = 2"]),
    "alike, or without a value": (
        (END, f"{END}{ALIKE}nulls_not_distinct = true\n"),
        "unique:public.person.alike",
        ["id = 1", "id = 2", "id = 3", "id = 4"],
    ),
    "alike in an index": ((END, END + INDEX), "index:public.person.alike", ["id = 1", "id = 2"]),
    "without its match": ((END, END + KEY), "foreign_key:public.person.home", ["id = 2"]),
    "failing a check": ((END, END + CHECK), "check:public.person.positive", ["id = 4"]),
    "failing a cast": ((WORD, 'word = "integer"\nis_in'), "column:public.person.word", ["id = 2"]),
    "too long": ((WORD, 'word = { type = "varchar(3)", null = true }\nis_in'), "column:public.person.word", ["id = 2"]),
    "excluding each other": ((END, END + APART), "exclusion:public.person.apart", ["id = 1", "id = 2"]),
    "failing the check of a domain": (
        ('[domains]\nemail = "text"\n', CHECKED_DOMAIN),
        "domain_constraint:public.email.at",
        ["in_table = 'public.person', key = '2'"],
    ),
    "a value that an enum loses": (
        ('["sad", "ok"]', '["ok"]'),
        "enum:public.mood",
        ["in_table = 'public.person', key = '2'"],
    ),
    "of another partition": (
        (END, END + PART),
        "table:public.visit_2020",
        ["in_table = 'public.visit_rest', key = '1, 2020-01-01'"],
    ),
    "failing a backfill": (
        (END, f'{END}twice = {{ type = "integer", backfill = "word::integer" }}\n'),
        "column:public.person.twice",
        ["id = 2"],
    ),
    "any row": (
        (END, f'{END}needed = "integer"\n'),
        "column:public.person.needed",
        [f"id = {n}" for n in (1, 2, 3, 4)],
    ),
}


@pytest.mark.parametrize("case", IN_THE_WAY)
def test_rows_in_the_way(there: str, newest: Server, case: str) -> None:
    (old, new), address, keys = IN_THE_WAY[case]
    assert old in WANTED
    before = newest.dump(there), rows(there)
    steps = look(there, newest, WANTED.replace(old, new))[address]
    hit = [step for step in steps if step.live and step.live.number]
    assert hit, said({address: steps})
    for step in hit:
        assert step.live is not None
        assert (sorted(step.live.keys), step.live.number, step.live.more) == (keys, len(keys), False)
        assert step.statement.risk >= Risk.DANGEROUS
        (hazard,) = (h for h in step.statement.hazards if h.code == codes.ROWS_IN_THE_WAY)
        assert str(len(keys)) in hazard.message
        assert "secret" not in f"{step.live} {hazard}"
    assert (newest.dump(there), rows(there)) == before


NEW_TABLE = """
[tables.trip]
primary_key = ["id"]

[tables.trip.columns]
id     = "bigint"
region = "text"

[tables.trip.foreign_keys.home]
columns    = ["region"]
references = { table = "region" }
"""
NOT_VALID = '[tables.person.checks]\npositive = { expression = "number > 0", not_valid = true }\n'
LONE_KEY = 'word = { type = "text", null = true }\n\n[tables.parent.uniques]\nalone = ["id"]\n\n[tables.child]'
FITTING: dict[str, tuple[str, str, dict[str, list[LiveRows | None]]]] = {
    "a check": (END, f"{END}{CHECK.replace('number', 'id')}", {"check:public.person.positive": [FIT]}),
    "alike without a value": (END, f"{END}{ALIKE.replace('code', 'mail')}", {"unique:public.person.alike": [FIT]}),
    "a key of the table alone": (PARENT, LONE_KEY, {"unique:public.parent.alone": [FIT]}),
    "a constraint that is not to be valid": (END, f"{END}{NOT_VALID}", {}),
    "a volatile default": (END, f'{END}at = {{ type = "timestamptz", default = "clock_timestamp()" }}\n', {}),
    "a table that is new": (END, f"{END}{NEW_TABLE}", {}),
}


@pytest.mark.parametrize("case", FITTING)
def test_rows_that_fit(there: str, newest: Server, case: str) -> None:
    old, new, found = FITTING[case]
    assert old in WANTED
    assert said(look(there, newest, WANTED.replace(old, new))) == found


DEPENDS = [LiveRows(unchecked="it depends on an earlier step of the plan")]
EARLIER = {
    "a value that is filled in": (NUMBER, 'number = { type = "integer", backfill = "0" }', "number is not null"),
    "a column that is new": (NUMBER, f'{NUMBER}\nage = {{ type = "integer", null = true }}', "age > 1"),
    "a column of another name": (
        WORD,
        'noun = { type = "text", null = true, renamed_from = "word" }\nis_in',
        "noun <> 'secret'",
    ),
    "a name that another column had": (
        f"{CODE}{NUMBER}\n{REGION}{WORD}",
        f"""{NUMBER}\n{REGION}noun = {{ type = "text", null = true, renamed_from = "word" }}
word = {{ type = "text", null = true, renamed_from = "code" }}\nis_in""",
        "word <> 'secret'",
    ),
    "a column of another type": (
        WORD,
        'word = { type = "bigint", null = true, using = "id" }\nis_in',
        "word > 1",
    ),
    "a value that is new": ('["sad", "ok"]', '["sad", "ok", "glad"]', "is_in <> 'glad'"),
}


@pytest.mark.parametrize("case", EARLIER)
def test_what_an_earlier_step_changes_is_not_asked(there: str, newest: Server, case: str) -> None:
    old, new, expression = EARLIER[case]
    assert old in WANTED
    wanted = WANTED.replace(old, new) + f'[tables.person.checks]\nhere = "{expression}"\nbeside = "room > 0"\n'
    found = said(look(there, newest, wanted))
    assert found["check:public.person.here"] == DEPENDS
    assert found["check:public.person.beside"] == [FIT]


def test_a_value_that_is_missing_and_filled_in(there: str, newest: Server) -> None:
    wanted = WANTED.replace(NUMBER, 'number = { type = "integer", backfill = "0" }')
    (*before, last) = look(there, newest, wanted)["column:public.person.number"]
    assert "SET NOT NULL" in last.statement.sql
    assert [last.live] == DEPENDS
    assert all(step.live == FIT for step in before)


def test_partitions_that_get_other_bounds_are_asked(newest: Server) -> None:
    """They are detached before, with their rows."""
    bound = "FOR VALUES FROM ('{}-01-01') TO ('2030-01-01')"
    wanted = (
        '[tables.visit]\npartition_by = "RANGE (day)"\n[tables.visit.columns]\nid = "bigint"\nday = "date"\n'
        '[tables.visit_2020]\npartition_of = "visit"\nbound = "'
    )
    with newest.database() as conninfo:
        run_sql(conninfo, "create table visit (id bigint not null, day date not null) partition by range (day)")
        run_sql(conninfo, f"create table visit_2020 partition of visit {bound.format(2020)}")
        run_sql(conninfo, "insert into visit values (1, '2020-03-01'), (2, '2024-03-01')")
        (steps,) = look(conninfo, newest, wanted + bound.format(2024) + '"\n').values()
    assert [step.live.keys for step in steps if step.live] == [("in_table = 'public.visit_2020', key = '(0,1)'",)]


def test_a_lock_is_not_waited_for_long(there: str, newest: Server) -> None:
    wanted = WANTED.replace(NUMBER, 'number = "integer"')
    plan = Migration(newest.scratch()).plan(there, declare({"public.toml": wanted}))
    with psycopg.connect(there) as other, opened(there) as session:
        other.execute("lock table person in access exclusive mode")
        found = provider.with_live_rows(session, plan.steps, Limits(0.1, 5.0))
    assert [s.live for s in found if s.live] == [LiveRows(unchecked="another session locks what would be read")]


def test_a_type_with_operators_of_its_own(servers: Callable[[int], Server]) -> None:
    """They are not found by name, as no search_path is set."""
    major = next((m for m in sorted(INSTALLED) if "citext" in _offered(servers(m))), None)
    if major is None:
        pytest.skip("no server of this machine offers citext; postgresql-contrib has it")
    server = servers(major)
    wanted = """
[extensions]
citext = {}
[tables.place]
primary_key = ["name"]
[tables.place.columns]
name = "citext"
[tables.stay.columns]
place = "citext"
[tables.stay.foreign_keys.there]
columns    = ["place"]
references = { table = "place" }
"""
    with server.database() as conninfo:
        run_sql(conninfo, "create extension citext; create table place (name citext primary key)")
        run_sql(conninfo, "create table stay (place citext not null)")
        run_sql(conninfo, "insert into place values ('Ulm'); insert into stay values ('ulm'), ('ULM')")
        assert said(look(conninfo, server, wanted)) == {"foreign_key:public.stay.there": [FIT]}


def _offered(server: Server) -> dict[str, str]:
    with server.database() as conninfo, opened(conninfo) as session:
        return session.available_extensions()


OTHER_KEYS = """
create table place (id int not null, part text not null, unique (id, part));
insert into place values (1, 'a');
create table stay (id bigint primary key, place int, part text, {});
insert into stay values (1, 1, 'a'), (2, 1, null), (3, null, null), (4, 1, 'b');
"""


def test_a_key_that_is_wanted_in_full(newest: Server) -> None:
    wanted = """
[tables.place.columns]
id   = "integer"
part = "text"
[tables.place.uniques]
place_id_part_key = ["id", "part"]
[tables.stay]
primary_key = ["id"]
[tables.stay.columns]
id    = "bigint"
place = { type = "integer", null = true }
part  = { type = "text", null = true }
[tables.stay.foreign_keys.there]
columns    = ["place", "part"]
references = { table = "place", columns = ["id", "part"] }
"""
    with newest.database() as conninfo:
        run_sql(conninfo, OTHER_KEYS.replace(", {}", ""))
        for more, keys in (("", ["id = 4"]), ('match = "full"\n', ["id = 2", "id = 4"])):
            (live,) = said(look(conninfo, newest, wanted + more))["foreign_key:public.stay.there"]
            assert live is not None
            assert sorted(live.keys) == keys


PERIODS = """
create table price (item int4range, at daterange not null);
insert into price values ('[1,1]', '[2026-01-01,2026-03-01)'), ('[1,1]', '[2026-02-01,2026-05-01)'),
    ('[2,2]', '[2026-01-01,2026-03-01)'), ('[2,2]', '[2026-03-01,2026-05-01)');
create table term (item int4range not null, at daterange not null, primary key (item, at without overlaps));
insert into term select * from price where item = '[2,2]';
"""


def test_periods(newest: Server) -> None:
    if newest.major < 18:
        pytest.skip("periods came with PostgreSQL 18")
    wanted = """
[tables.price.columns]
item = "int4range"
at   = "daterange"
[tables.price.uniques.apart]
columns          = ["item", "at"]
without_overlaps = true
[tables.price.foreign_keys.within]
columns    = ["item", "at"]
references = { table = "term", columns = ["item", "at"] }
period     = true
[tables.term]
primary_key = { columns = ["item", "at"], without_overlaps = true }
[tables.term.columns]
item = "int4range"
at   = "daterange"
"""
    with newest.database() as conninfo:
        run_sql(conninfo, PERIODS.replace("item int4range,", "item int4range not null,"))
        run_sql(conninfo, "insert into price values ('[2,2]', '[2026-02-01,2026-04-01)')")
        run_sql(conninfo, "delete from price where item = '[2,2]' and lower(at) in ('2026-01-01', '2026-03-01')")
        found = said(look(conninfo, newest, wanted))
    (apart,), (within,) = found["unique:public.price.apart"], found["foreign_key:public.price.within"]
    assert apart is not None
    assert within is not None
    assert sorted(apart.keys) == sorted(within.keys) == ["ctid = '(0,1)'", "ctid = '(0,2)'"]


def test_not_null_that_becomes_valid(newest: Server) -> None:
    if newest.major < 18:
        pytest.skip("NOT NULL could not be NOT VALID before PostgreSQL 18")
    wanted = '[tables.t]\nprimary_key = ["id"]\n[tables.t.columns]\nid = "bigint"\nn = {{ type = "integer"{} }}\n'
    with newest.database() as conninfo:
        run_sql(conninfo, "create table t (id bigint primary key, n int); insert into t values (1, 1), (2, null)")
        assert look(conninfo, newest, wanted.format(", not_null_not_valid = true")) == {}
        run_sql(conninfo, "alter table t add constraint t_n_not_null not null n not valid")
        (live,) = said(look(conninfo, newest, wanted.format("")))["column:public.t.n"]
    assert live is not None
    assert live.keys == ("id = 2",)


def test_nobody_asked(there: str, newest: Server) -> None:
    assert said(look(there, newest, WANTED.replace(NUMBER, 'number = "integer"'), None)) == {
        "column:public.person.number": [LiveRows(unchecked="not asked for")]
    }
