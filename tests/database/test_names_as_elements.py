"""Columns whose names would be read as something else in a list of index elements or of what statistics are on."""

from __future__ import annotations

from pathlib import Path

import pytest

from faberdb.declare.load import load
from faberdb.declare.write import render
from faberdb.errors import DeclarationError
from faberdb_providers.postgres.provider import provider
from tests.migration import Migration, declare, opened
from tests.servers import Server, run_sql

BY_HAND = '''
create table t (id int, "Mixed Case" int, "-- no" text, "a(b" int, "userId" int) partition by list (id);
create index i on t ("a(b", ("a(b" + 1), "-- no" desc);
create statistics s on "-- no", "Mixed Case" from t;
create table p partition of t for values in (1);
create index pi on p ("Mixed Case", "userId");
create statistics ps on "-- no", "userId" from p;
create table u ("or;" int, "order" int);
create table c () inherits (u);
create unique index ci on c ("or;", "order");
create table v ("UserId" int);
create table w () inherits (v);
create index userid on w ("UserId");
create table q ("a b" int, """a b""" int);
create index qi on q ("a b");
create statistics qs on "a b", """a b""" from q;
create materialized view m as select 1 as "-- m", 2 as "a b", 3 as "Word", 4 as "order";
create index mi on m ("-- m", "Word", "order", "order");
create statistics ms on "-- m", "a b", "Word"{expression} from m;
'''


def test_they_are_written_so_that_they_are_read_again(server: Server) -> None:
    expression = ', ("-- m" + 1)' if server.major >= 14 else ""  # which is when statistics on expressions came
    with server.database() as live, server.database() as other:
        run_sql(live, BY_HAND.replace("{expression}", expression))
        with opened(live) as session:
            declared = declare(render(session.inspect().objects.values(), provider.kinds))
        migration = Migration(server.scratch())
        assert not migration.plan(live, declared).steps
        plan = migration.plan(other, declared)
        start = server.dump(other)
        migration.apply(other, plan)
        assert server.dump(other) == server.dump(live)
        migration.apply(other, migration.plan_back(other, plan))
        assert server.dump(other) == start


@pytest.mark.parametrize("written", ["userId", "USERID", '"userId"'])
def test_one_word_is_a_name(newest: Server, written: str) -> None:
    """Of a partition no column is declared, so none is looked up; in a table capitals fold as in SQL."""
    name = written.strip('"')
    parts = f"[tables.p]\npartition_of = 't'\nbound = 'default'\n[tables.p.indexes]\ni = ['{written}']\n"
    table = f"[tables.t]\npartition_by = 'list (id)'\n[tables.t.columns]\nid = 'int'\n{name} = 'int'\n"
    folded = f"[tables.u.columns]\nid = 'int'\nuserid = 'int'\n[tables.u.indexes]\nj = ['{name}']\n"
    folded += f"[tables.u.statistics]\nk = ['{name}', 'id']\n"
    with newest.database() as live:
        migration = Migration(newest.scratch())
        migration.apply(live, migration.plan(live, declare({"a.toml": parts + table + folded})))
        assert f'btree ("{name}")' in newest.dump(live)
        assert "btree (userid)" in newest.dump(live)


@pytest.mark.parametrize("section", ["indexes", "statistics"])
def test_what_cannot_be_a_piece_of_sql_says_how_a_name_is_written(tmp_path: Path, section: str) -> None:
    (tmp_path / "a.toml").write_text(
        f"[tables.t.columns]\na = 'int'\n'or;' = 'int'\n[tables.t.{section}]\ni = ['or;', 'a']\n"
    )
    with pytest.raises(DeclarationError, match='if a column is called so, write it as in SQL: "or;"'):
        load(tmp_path, provider.kinds, ["public"])
