"""The changes whose stalls are measured: each as an edit of one declaration, and as the SQL that comes to mind."""

from __future__ import annotations

from dataclasses import dataclass

BASE = """
[enums]
mood = ["low", "even", "high"]

[tables.owner]
primary_key = ["id"]

[tables.owner.columns]
id = "int"
name = "text"

[tables.acc]
primary_key = ["id"]
checks.acc_fee_check = "fee >= 0"
indexes.acc_owner_id_idx = ["owner_id"]
indexes.acc_kind_idx = ["kind"]

[tables.acc.columns]
id = { type = "int", identity = "by default" }
owner_id = "int"
balance = { type = "bigint" }
visits = { type = "int" }
kind = { type = "varchar(20)" }
note = { type = "text", null = true }
code = { type = "text", null = true, default = "md5(random()::text)" }
fee = { type = "numeric(8,2)", default = "1" }
feeling = { type = "mood", default = "'even'" }
nick = { type = "varchar(30)", null = true, default = "'nobody'" }

[tables.entry]
primary_key = ["id"]
indexes.entry_acc_id_idx = ["acc_id"]
foreign_keys.entry_acc_id_fkey = { columns = ["acc_id"], references = { table = "acc", columns = ["id"] } }

[tables.entry.columns]
id = { type = "bigint", identity = "always" }
acc_id = "int"
amount = "int"

[tables.event]
partition_by = "RANGE (day)"

[tables.event.columns]
acc_id = "int"
day = "date"

[tables.event_2025]
partition_of = "event"
bound = "FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')"

[tables.event_2026]
partition_of = "event"
bound = "FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')"

[views]
rich = "SELECT acc.id, acc.balance FROM acc WHERE acc.balance > 1000"

[materialized_views]
by_kind = "SELECT acc.kind, count(*) AS number FROM acc GROUP BY acc.kind"
"""
FILL = """
insert into owner select n, 'owner ' || n from generate_series(1, 1000) n;
insert into acc (id, owner_id, balance, visits, kind, note, nick) overriding system value
select n, 1 + n %% 1000, 0, 0, case when n %% 10 = 0 then 'rare' else 'plain' end, 'as opened on day ' || n %% 365,
  'nick ' || n %% 100
  from generate_series(0, %(rows)s) n;
select setval(pg_get_serial_sequence('acc', 'id'), %(rows)s);
insert into entry (acc_id, amount) select n, n %% 100 from generate_series(1, %(rows)s / 2) n;
insert into event select n, date '2025-01-01' + n %% 700 from generate_series(1, %(rows)s / 4) n;
refresh materialized view by_kind;
"""
"""Rows for the tables; `acc` also has one with the key 0, which only the long writer touches."""


@dataclass(frozen=True)
class Change:
    """edits: of the declaration, (what stands there, what instead). naive: the statements of somebody who does not
    think of those that use the table, one transaction each."""

    what: str
    edits: tuple[tuple[str, str], ...]
    naive: tuple[str, ...]

    @property
    def declared(self) -> str:
        text = BASE
        for old, new in self.edits:
            if text.count(old) != 1:
                raise ValueError(f"{self.what}: {old!r} stands {text.count(old)} times in the declaration")
            text = text.replace(old, new)
        return text


def column(line: str) -> tuple[tuple[str, str], ...]:
    """One more column of the accounts."""
    last = 'nick = { type = "varchar(30)"'
    return ((last, f"{line}\n{last}"),)


def part(line: str) -> tuple[tuple[str, str], ...]:
    """One more constraint or index of the accounts."""
    first = 'indexes.acc_kind_idx = ["kind"]'
    return ((first, f"{first}\n{line}"),)


CHANGES = (
    Change("column, nullable", column('city = { type = "text", null = true }'), ("alter table acc add city text",)),
    Change(
        "column, constant default",
        column("""city = { type = "text", default = "'here'" }"""),
        ("alter table acc add city text not null default 'here'",),
    ),
    Change(
        "column, volatile default",
        column('token = { type = "uuid", default = "gen_random_uuid()" }'),
        ("alter table acc add token uuid not null default gen_random_uuid()",),
    ),
    Change(
        "NOT NULL",
        (('note = { type = "text", null = true }', 'note = "text"'),),
        ("alter table acc alter note set not null",),
    ),
    Change(
        "no longer NOT NULL",
        (('visits = { type = "int" }', 'visits = { type = "int", null = true }'),),
        ("alter table acc alter visits drop not null",),
    ),
    Change(
        "another default",
        (('fee = { type = "numeric(8,2)", default = "1" }', 'fee = { type = "numeric(8,2)", default = "2" }'),),
        ("alter table acc alter fee set default 2",),
    ),
    Change(
        "check",
        part('checks.acc_visits_check = "visits >= 0"'),
        ("alter table acc add constraint acc_visits_check check (visits >= 0)",),
    ),
    Change(
        "check goes", (('checks.acc_fee_check = "fee >= 0"', ""),), ("alter table acc drop constraint acc_fee_check",)
    ),
    Change(
        "foreign key",
        part(
            'foreign_keys.acc_owner_id_fkey = { columns = ["owner_id"],'
            ' references = { table = "owner", columns = ["id"] } }'
        ),
        ("alter table acc add constraint acc_owner_id_fkey foreign key (owner_id) references owner (id)",),
    ),
    Change(
        "foreign key goes",
        (
            (
                "foreign_keys.entry_acc_id_fkey = {"
                ' columns = ["acc_id"], references = { table = "acc", columns = ["id"] } }',
                "",
            ),
        ),
        ("alter table entry drop constraint entry_acc_id_fkey",),
    ),
    Change(
        "unique",
        part('uniques.acc_id_owner_id_key = ["id", "owner_id"]'),
        ("alter table acc add constraint acc_id_owner_id_key unique (id, owner_id)",),
    ),
    Change(
        "int to bigint, a column",
        (('visits = { type = "int" }', 'visits = { type = "bigint" }'),),
        ("alter table acc alter visits type bigint",),
    ),
    Change(
        "int to bigint, a key and what refers to it",
        (
            ('id = { type = "int", identity = "by default" }', 'id = { type = "bigint", identity = "by default" }'),
            ('acc_id = "int"\namount', 'acc_id = "bigint"\namount'),
        ),
        (
            "drop view rich",
            "alter table acc alter id type bigint",
            "alter sequence acc_id_seq as bigint",
            "alter table entry alter acc_id type bigint",
            "create view rich as select id, balance from acc where balance > 1000",
        ),
    ),
    Change(
        "text may be longer",
        (('nick = { type = "varchar(30)"', 'nick = { type = "varchar(60)"'),),
        ("alter table acc alter nick type varchar(60)",),
    ),
    Change(
        "text has to be shorter",
        (('nick = { type = "varchar(30)"', 'nick = { type = "varchar(10)"'),),
        ("alter table acc alter nick type varchar(10)",),
    ),
    Change(
        "numeric, more decimals",
        (('fee = { type = "numeric(8,2)"', 'fee = { type = "numeric(8,4)"'),),
        ("alter table acc alter fee type numeric(8,4)",),
    ),
    Change("index", part('indexes.acc_code_idx = ["code"]'), ("create index acc_code_idx on acc (code)",)),
    Change("index goes", (('indexes.acc_kind_idx = ["kind"]', ""),), ("drop index acc_kind_idx",)),
    Change(
        "index, other columns",
        (('indexes.acc_kind_idx = ["kind"]', 'indexes.acc_kind_idx = ["kind", "owner_id"]'),),
        ("drop index acc_kind_idx", "create index acc_kind_idx on acc (kind, owner_id)"),
    ),
    Change(
        "column renamed",
        (('nick = { type = "varchar(30)"', 'alias = { renamed_from = "nick", type = "varchar(30)"'),),
        ("alter table acc rename nick to alias",),
    ),
    Change(
        "column goes",
        (("""nick = { type = "varchar(30)", null = true, default = "'nobody'" }""", ""),),
        ("alter table acc drop nick",),
    ),
    Change(
        "enum value more",
        (('mood = ["low", "even", "high"]', 'mood = ["low", "even", "high", "over"]'),),
        ("alter type mood add value 'over'",),
    ),
    Change(
        "enum value less",
        (('mood = ["low", "even", "high"]', 'mood = ["low", "even"]'),),
        (
            "create type mood_new as enum ('low', 'even')",
            "alter table acc alter feeling drop default",
            "alter table acc alter feeling type mood_new using feeling::text::mood_new",
            "alter table acc alter feeling set default 'even'",
            "drop type mood",
            "alter type mood_new rename to mood",
        ),
    ),
    Change(
        "partition more",
        (
            (
                "[views]",
                '[tables.event_2027]\npartition_of = "event"\n'
                "bound = \"FOR VALUES FROM ('2027-01-01') TO ('2028-01-01')\"\n\n[views]",
            ),
        ),
        ("create table event_2027 partition of event for values from ('2027-01-01') to ('2028-01-01')",),
    ),
    Change(
        "view",
        (("WHERE acc.balance > 1000", "WHERE acc.balance > 2000"),),
        ("create or replace view rich as select id, balance from acc where balance > 2000",),
    ),
    Change(
        "materialized view",
        (("count(*) AS number FROM acc GROUP BY", "count(*) AS number, sum(acc.visits) AS visits FROM acc GROUP BY"),),
        (
            "drop materialized view by_kind",
            "create materialized view by_kind as"
            " select kind, count(*) as number, sum(visits) as visits from acc group by kind",
        ),
    ),
)
