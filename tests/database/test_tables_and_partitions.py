"""A table becomes a partition, or a partition a table: what it has, or had, from the table above it is made to fit, its
rows and the values of its identity stay, and the way back gives what was there before."""

from __future__ import annotations

import pytest

from faberdb_providers.postgres.hazards import codes
from tests.migration import Migration, build_directly, declare
from tests.servers import Server, fetch, rows, run_sql

SHELF = """
[tables.shelf]
partition_by = "list (place)"
[tables.shelf.columns]
id = {{ type = "bigint"{identity} }}
place = "integer"
note = {{ type = "text", null = true }}
"""
IDENTITY = ', identity = "always"'
PART = '[tables.region]\npartition_of = "shelf"\nbound = "for values in (1)"\n'
TABLE = """
[tables.region.columns]
id = {{ type = "bigint"{identity} }}
place = "integer"
note = {{ type = "text", null = true{note} }}
"""
CREATE = "create table shelf (id bigint not null, place int not null, note text) partition by list (place);"
CREATE_COUNTED = CREATE.replace("id bigint not null", "id bigint generated always as identity")
CREATE_PART = "create table region partition of shelf for values in (1);"
CREATE_TABLE = "create table region (id bigint not null, place int not null, note text);"
COUNTED_TABLE = CREATE_TABLE.replace("id bigint not null", "id bigint generated always as identity")
ROW = "insert into region overriding system value values (7, 1, 'a');"
PLAIN, COUNTED = SHELF.format(identity=""), SHELF.format(identity=IDENTITY)
STORED = ', storage = "external", options = { n_distinct = 5 }'

PLACE = "create table place (id int primary key); insert into place values (1);"
PLACES = '[tables.place]\nprimary_key = ["id"]\n[tables.place.columns]\nid = "integer"\n'
KEY = "alter table shelf add constraint shelf_place_fkey foreign key (place) references place;"
KEYS = (
    '[tables.shelf.foreign_keys.shelf_place_fkey]\ncolumns = ["place"]\nreferences = {{ table = "place" }}\n'.format()
)
OWN = KEYS.replace("tables.shelf", "tables.region")
OWN_KEY = "alter table region add constraint region_place_fkey foreign key (place) references place"
ALONE = TABLE.format(identity="", note="")

INDEX = "create index on shelf (note);"
INDEXED = '[tables.shelf.indexes]\nshelf_note_idx = ["note"]\n'
OFFER = ALONE.replace("region.columns", 'offer]\nrenamed_from = "region"\n[tables.offer.columns')
STORE = "alter table region alter note set storage external, alter note set (n_distinct = 5)"
COMPUTED = "note int generated always as (place + 1) stored"
ONCE = "alter table shelf add constraint once unique (place);"
ONCE_DECLARED = '[tables.shelf.uniques]\nonce = ["place"]\n'

CASES = {
    "a table with an identity becomes a partition": (CREATE_COUNTED + COUNTED_TABLE + ROW, COUNTED + PART),
    "a table with an identity becomes a partition of one without": (CREATE + COUNTED_TABLE + ROW, PLAIN + PART),
    "a partition becomes a table with another column that counts": (
        CREATE + CREATE_PART + ROW,
        PLAIN + ALONE + 'number = { type = "integer", identity = "always" }\n',
    ),
    "a partition becomes a table and keeps its identity": (
        CREATE_COUNTED + CREATE_PART + ROW,
        COUNTED + TABLE.format(identity=IDENTITY, note=""),
    ),
    "a partition becomes a table that stores values another way": (
        CREATE + CREATE_PART + ROW,
        PLAIN + TABLE.format(identity="", note=STORED),
    ),
    "a table that stores values another way becomes a partition": (
        CREATE + CREATE_TABLE + ROW + STORE,
        PLAIN + PART,
    ),
    "a partition becomes a table whose column is computed no more": (
        CREATE.replace("note text", COMPUTED) + CREATE_PART + "insert into region (id, place) values (7, 1)",
        PLAIN.replace('"text", null', '"integer", generated = "place + 1", null')
        + ALONE.replace('"text"', '"integer"'),
    ),
    "a partition becomes a table with the key of its table": (
        PLACE + CREATE + KEY + CREATE_PART + ROW,
        PLACES + PLAIN + KEYS + ALONE + OWN,
    ),
    "a partition becomes a table with that key under another name": (
        PLACE + CREATE + KEY + CREATE_PART + ROW,
        PLACES + PLAIN + KEYS + ALONE + OWN.replace("shelf_place", "region_place"),
    ),
    "a partition becomes a table whose key does something else": (
        PLACE + CREATE + KEY + CREATE_PART + ROW,
        PLACES + PLAIN + KEYS + ALONE + OWN + 'on_delete = "cascade"\n',
    ),
    "a table whose key has another name becomes a partition": (
        PLACE + CREATE + KEY + CREATE_TABLE + ROW + OWN_KEY,
        PLACES + PLAIN + KEYS + PART,
    ),
    "a table whose key does something else becomes a partition": (
        PLACE + CREATE + KEY + CREATE_TABLE + ROW + OWN_KEY + " on delete cascade",
        PLACES + PLAIN + KEYS + PART,
    ),
    "a table whose key is not valid becomes a partition": (
        PLACE + CREATE + KEY + CREATE_TABLE + ROW + OWN_KEY + " not valid",
        PLACES + PLAIN + KEYS + PART,
    ),
    "a table whose index has options becomes a partition": (
        CREATE + INDEX + CREATE_TABLE + ROW + "create index mine on region (note) with (fillfactor = 50)",
        PLAIN + INDEXED + PART,
    ),
    "a renamed partition becomes a table without the key": (
        CREATE + ONCE + CREATE_PART + ROW,
        PLAIN + ONCE_DECLARED + OFFER,
    ),
    "a partition with a key of its own name becomes a table without it": (
        CREATE + ONCE + CREATE_PART + ROW + "alter index region_place_key rename to mine",
        PLAIN + ONCE_DECLARED + ALONE,
    ),
    "a partition with a key of its own name becomes a table, and the key goes": (
        CREATE + ONCE + CREATE_PART + ROW + "alter index region_place_key rename to mine",
        PLAIN + ALONE,
    ),
    "a partition with an index of its own name becomes a table with another": (
        CREATE + INDEX + CREATE_PART + ROW + "alter index region_note_idx rename to mine",
        PLAIN
        + '[tables.shelf.indexes]\nshelf_note_idx = ["note"]\n'
        + ALONE
        + '[tables.region.indexes]\nother = ["note"]\n',
    ),
}


@pytest.mark.in_turn(4)
@pytest.mark.parametrize("case", CASES)
def test_what_it_has_fits(server: Server, case: str) -> None:
    by_hand, text = CASES[case]
    declared, migration = declare({"schema.toml": text}), Migration(server.scratch(), reverse_ties=len(case) % 2 == 0)
    with server.database() as live, server.database() as direct:
        run_sql(live, by_hand)
        start, held = server.dump(live), rows(live)
        plan = migration.plan(live, declared)
        migration.apply(live, plan)
        assert not migration.plan(live, declared).steps
        build_directly(direct, declared)
        assert server.dump(live) == server.dump(direct)
        migration.apply(live, migration.plan_back(live, plan))
        assert server.dump(live) == start
        assert rows(live) == held


EVENT = """
[tables.event]
partition_by = "range (at)"
primary_key = ["id", "at"]
[tables.event.columns]
id = { type = "bigint", identity = "by default" }
at = "date"
[tables.event_old]
renamed_from = "event"
partition_of = "event"
bound = "for values from ('2020-01-01') to ('2025-01-01')"
[tables.event_new]
partition_of = "event"
bound = "default"
"""


def test_a_table_becomes_a_partition_of_a_new_one_of_its_name(server: Server) -> None:
    declared, migration = declare({"schema.toml": EVENT}), Migration(server.scratch())
    with server.database() as live:
        run_sql(
            live,
            "create table event (id bigint generated by default as identity, at date not null, primary key (id, at));"
            "insert into event (at) values ('2024-01-01'), ('2024-02-01'), ('2024-03-01');"
            "delete from event where id = 3",
        )
        start, held = server.dump(live), rows(live)
        plan = migration.plan(live, declared)
        migration.apply(live, plan)
        assert not migration.plan(live, declared).steps
        assert fetch(live, "insert into event (at) values ('2026-01-01') returning id") == [(4,)]
        run_sql(live, "delete from event where at = '2026-01-01'")
        migration.apply(live, migration.plan_back(live, plan))
        assert server.dump(live) == start
        assert rows(live) == held
        assert fetch(live, "insert into event (at) values ('2024-03-01') returning id") == [(4,)]


SPLIT = '[tables.one]\npartition_of = "shelf"\nbound = "for values in (1)"\n'
SPLIT += '[tables.two]\npartition_of = "shelf"\nbound = "for values in (2)"\n'


def test_it_is_said_that_the_rows_of_a_partition_do_not_go_over_to_those_in_its_place(server: Server) -> None:
    with server.database() as live:
        run_sql(live, CREATE + CREATE_PART.replace("(1)", "(1, 2)") + ROW)
        migration = Migration(server.scratch())
        plan = migration.plan(live, declare({"schema.toml": PLAIN + SPLIT}))
        said = [h.message for step in plan.steps for h in step.statement.hazards if h.code == codes.ROWS_SET_ASIDE]
        assert said == [
            "its rows leave shelf and wait in quarantine, also those that one, two would take; they stay where a"
            " partition that covers them says `renamed_from` of this one"
        ]
        kept = PLAIN + SPLIT.replace("[tables.one]", '[tables.one]\nrenamed_from = "region"').replace("(1)", "(1, 3)")
        migration.apply(live, migration.plan(live, declare({"schema.toml": kept})))
        assert fetch(live, "select id from one") == [(7,)]
