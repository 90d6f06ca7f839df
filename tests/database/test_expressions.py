"""The expression of a generated column changes in place where the server can do so and nothing is lost by it; what
stands on the column stays as it is, there and back."""

from __future__ import annotations

import pytest

from faberdb.errors import FaberError
from tests.migration import Migration, declare
from tests.servers import Server, fetch, run_sql

STORED = "a = 'int'\nb = { type = 'int', null = true, generated = 'a * 3' }\n"
VIRTUAL = "a = 'int'\nb = { type = 'int', null = true, generated = 'a * 3', virtual = true }\n"
CREATE = "create table t (a int not null, b int generated always as (a * 2) {}) {}; insert into t values (1), (2);"
PARTS = "create table p partition of t for values from (0) to (9);"

CASES = {
    # how it is generated, what is done by hand besides, declared: the table, its columns, and more; the action on 17
    "by itself": ("stored", "", "", STORED, "", "alter"),
    "under an index, a check, a view": (
        "stored",
        "create index i on t (b); create unique index u on t (b); alter table t add constraint c check (b > 0);"
        "comment on index i is 'said'; comment on column t.b is 'said'; create view v as select b from t;"
        "alter table t cluster on i; create index e on t ((b + 1));",
        "",
        STORED.replace("null = true", "null = true, comment = 'said'"),
        "[tables.t.checks]\nc = 'b > 0'\n[views]\nv = 'select b from t'\n[tables.t.indexes]\ne = ['(b + 1)']\n"
        "i = { on = ['b'], clustered = true, comment = 'said' }\nu = { on = ['b'], unique = true }\n",
        "alter",
    ),
    "by a column that comes, no longer by one that goes": (
        "stored",
        "alter table t add c int, alter b drop expression, drop b, add b int generated always as (a + c) stored;",
        "",
        "a = 'int'\nd = { type = 'int', default = '4' }\nb = { type = 'int', null = true, generated = 'a * d' }\n",
        "",
        "alter",
    ),
    "of a partitioned table with an index": (
        "stored",
        "create index i on t (b);",
        "partition_by = 'range (a)'\n",
        STORED,
        "[tables.t.indexes]\ni = ['b']\n[tables.p]\npartition_of = 't'\nbound = 'FOR VALUES FROM (0) TO (9)'\n",
        "alter",
    ),
    "of a partitioned table, the index of its part has a name": (
        "stored",
        "create index i on t (b); alter index p_b_idx rename to mine;",
        "partition_by = 'range (a)'\n",
        STORED,
        "[tables.t.indexes]\ni = ['b']\n[tables.p]\npartition_of = 't'\nbound = 'FOR VALUES FROM (0) TO (9)'\n"
        "[tables.p.indexes.mine]\non = ['b']\nattached_to = 'i'\n",
        "replace",
    ),
    "under statistics with a target": (
        "stored",
        "create statistics s on a, b from t; alter statistics s set statistics 50;",
        "",
        STORED,
        "[tables.t.statistics]\ns = { on = ['a', 'b'], target = 50 }\n",
        "replace",
    ),
    "of a child table too": (
        "stored",
        "create table kid (b int generated always as (a * 2) stored) inherits (t);",
        "",
        STORED,
        "[tables.kid]\ninherits = ['t']\n[tables.kid.columns]\n"
        "b = { type = 'int', null = true, generated = 'a * 3' }\n",
        "replace",
    ),
    "virtual": (
        "virtual",
        "create view v as select b from t;",
        "",
        VIRTUAL,
        "[views]\nv = 'select b from t'\n",
        "alter",
    ),
    "virtual, with a check": (
        "virtual",
        "alter table t add constraint c check (a > 0);",
        "",
        VIRTUAL,
        "[tables.t.checks]\nc = 'a > 0'\n",
        "replace",
    ),
    "virtual, with a check that comes": ("virtual", "", "", VIRTUAL, "[tables.t.checks]\nc = 'a > 0'\n", "replace"),
    "virtual, published": (
        "virtual",
        "create publication p for table t;",
        "",
        VIRTUAL,
        "[publications.p.tables]\nt = {}\n",
        "replace",
    ),
}


@pytest.mark.in_turn(4)
@pytest.mark.parametrize("case", CASES)
def test_an_expression_changes_in_place_where_it_can(server: Server, case: str) -> None:
    how, by_hand, about, columns, more, action = CASES[case]
    if how == "virtual" and server.major < 18:
        pytest.skip("there are no virtual columns before PostgreSQL 18")
    if "child" in case and server.major < 16:
        pytest.skip("before PostgreSQL 16 a child table cannot say the expression too")
    partitioned = "partition by range (a)" if about else ""
    create = CREATE.format(how, partitioned).replace("; ", f"; {PARTS}", 1) if about else CREATE.format(how, "")
    text = f"[tables.t]\n{about}[tables.t.columns]\n{columns}{more}"
    migration = Migration(server.scratch())
    with server.database() as live:
        run_sql(live, create + by_hand)
        start, had = server.dump(live), fetch(live, "select * from t order by a")
        if "child" in case and server.major == 16:
            # It has no SET EXPRESSION and does not let go of a column that is inherited, so a refusal is what is left.
            with pytest.raises(FaberError, match="cannot drop inherited column"):
                migration.plan(live, declare({"schema.toml": text}))
            assert (server.dump(live), fetch(live, "select * from t order by a")) == (start, had)
            return
        plan = migration.plan(live, declare({"schema.toml": text}))
        found = {c.address.path[-1]: c.action.value for c in plan.changes if c.address.kind == "column"}
        assert found["b"] == (action if server.major >= 17 else "replace")
        if found["b"] == "alter":
            assert not [c for c in plan.changes if c.action.value == "replace"]
        migration.apply(live, plan)
        assert not migration.plan(live, declare({"schema.toml": text})).steps
        wanted = [(1, 4), (2, 8)] if "d" in found else [(1, 3), (2, 6)]
        assert fetch(live, "select a, b from t order by a") == wanted
        migration.apply(live, migration.plan_back(live, plan))
        assert server.dump(live) == start
        assert fetch(live, "select a, b from t order by a") == [(row[0], row[-1]) for row in had]
