"""What a statement is, by its words, and which statements write all rows."""

from __future__ import annotations

import pytest

from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.statements.rows import block_writes_all_rows, writes_all_rows
from faberdb_providers.postgres.statements.shape import Shape, executed, prepared, query_copied


@pytest.mark.parametrize(
    ("form", "sql"),
    [
        ("renames", "alter table t rename to u"),
        ("renames", 'alter table if exists only "a b" . t rename column x to y'),
        ("renames", "alter materialized view m set schema s"),
        ("renames", "alter function f(int, text) rename to g"),
        ("renames", "alter trigger a on t rename to b"),
        ("renames_value", "alter type t rename value 'a' to 'b'"),
        ("concurrently", "create unique index concurrently i on t (a)"),
        ("concurrently", "drop index concurrently i"),
        ("concurrently", "reindex (verbose, concurrently) table t"),
        ("concurrently", "reindex table concurrently t"),
        ("concurrently", "alter table t detach partition p concurrently"),
        ("rewrites", "vacuum (analyze, full) t"),
        ("rewrites", "/* x */ vacuum full t"),
        ("rewrites", "cluster"),
        ("loses_proof", "alter table t drop constraint c, alter a set not null"),
        ("key_of_index", "alter table t add constraint c primary key using index i"),
        ("ends", "commit and chain"),
        ("undoes", "rollback"),
        ("copies_in", "copy t (a, b) from stdin with (format csv)"),
        ("reaches_out", "copy t to program 'sh'"),
        ("writes_rows", "with x as (select 1) insert into t select 1"),
    ],
)
def test_a_statement_has_a_form(form: str, sql: str) -> None:
    assert Shape(sql).is_(form)


@pytest.mark.parametrize(
    ("form", "sql"),
    [
        ("renames", "alter table t add rename int"),
        ("renames", "alter table rename alter set type schema"),
        ("renames", "alter table t drop rename"),
        ("concurrently", "create index concurrently_built on t (concurrently)"),
        ("concurrently", "refresh materialized view concurrently m"),
        ("rewrites", "vacuum (full false) t"),
        ("rewrites", "vacuum t (full)"),
        ("ends", "rollback to savepoint s"),
        ("loses_proof", "alter table t alter a set not null, add b text default 'drop constraint'"),
        ("undoes", "commit"),
    ],
)
def test_a_statement_does_not_have_a_form_that_it_only_looks_like(form: str, sql: str) -> None:
    assert not Shape(sql).is_(form)


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("delete from t", codes.ALL_ROWS_DELETED),
        ("delete from only t", codes.ALL_ROWS_DELETED),
        ("with gone as (delete from t returning *) insert into u select * from gone", codes.ALL_ROWS_DELETED),
        ("update t set a = 1", codes.ALL_ROWS_UPDATED),
        ("update t set a = (select max(b) from u where c)", codes.ALL_ROWS_UPDATED),
        ("delete from t where a = 1", ""),
        ("delete from t using u where t.a = u.a", ""),
        ("update t set a = 1 where true", codes.ALL_ROWS_UPDATED),
        ("delete from t where 1 = 1 and not false", codes.ALL_ROWS_DELETED),
        ("delete from t where false", ""),
        ("delete from t where a = a", ""),
        ("insert into t (a) values (1) on conflict (a) do update set b = 2", ""),
        ("merge into t using u on t.a = u.a when matched then update set b = 2 when not matched then do nothing", ""),
        ("select * from t for update", ""),
        ("delete from t where current of c", ""),
        ("merge into t using t s on t.id = s.id when matched then delete", codes.ALL_ROWS_DELETED),
        ("merge into only t x using t s on x.a = s.a and s.b = x.b when matched then delete", codes.ALL_ROWS_DELETED),
        ("merge into t using (values (1)) s on true when matched then update set a = 1", codes.ALL_ROWS_UPDATED),
        ("merge into t using (select * from t) s on s.id = t.id when matched then update set b = 1", "FDB861"),
        ("merge into t using u on t.id = u.id when not matched by source then delete", codes.ALL_ROWS_DELETED),
        ("merge into t using u on true when matched and a then update set b = 1 when matched then delete", "FDB861"),
        ("with d as (merge into t using t s on t.a = s.a when matched then delete returning 1) select 1", "FDB860"),
        ("with d as (delete from t returning 1) merge into u using d on false when matched then delete", "FDB860"),
        ("merge into t using t s on t.id = s.above when matched then delete", ""),
        ("merge into t using t s on t.id = s.id when matched and t.a then delete", ""),
        ("merge into t using t s on t.id = s.id when matched and t.a then do nothing when matched then delete", ""),
        ("merge into t using (select * from t where a) s on s.id = t.id when matched then delete", ""),
        ("merge into t using (select * from t limit 1) s on s.id = t.id when matched then delete", ""),
        ("merge into t using u on t.id = u.id when not matched by source and t.a then delete", ""),
        ("merge into t using u on true when not matched then insert values (1)", ""),
        ("create table x as with d as (delete from t returning *) select * from d", codes.ALL_ROWS_DELETED),
        ("with d as (delete from t returning *) select * into x from d", codes.ALL_ROWS_DELETED),
    ],
)
def test_a_statement_that_names_no_rows_writes_all(sql: str, code: str) -> None:
    assert writes_all_rows(sql) == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("begin delete from t; end", codes.ALL_ROWS_DELETED),
        ("begin /* x */ update t set a = 1; if a then delete from t; end if; end", codes.ALL_ROWS_DELETED),
        ("begin for i in 1..2 loop update t set a = $a$x;$a$; end loop; end", codes.ALL_ROWS_UPDATED),
        ("begin delete from t where a = 1; perform 1 from t for update; end", ""),
        ("begin raise notice 'delete from t;'; end", ""),
        ("begin merge into t using t s on t.id = s.id when matched then delete; end", codes.ALL_ROWS_DELETED),
        ("declare r record; begin for r in delete from t returning id loop null; end loop; end", "FDB860"),
        ("begin create table x as with d as (delete from t returning 1) select 1 from d; end", "FDB860"),
        ("begin create table x (id int references t on delete cascade); end", ""),
    ],
)
def test_the_statements_of_a_block_are_read(body: str, code: str) -> None:
    quoted = body.replace("'", "''")
    assert block_writes_all_rows(f"do $x$ {body} $x$") == code
    assert block_writes_all_rows(f"do language plpgsql '{quoted}'") == code
    escaped = body.replace("'", "\\'").replace(" ", "\\n").replace("d", "\\x64")
    assert block_writes_all_rows(f"do E'{escaped}'") == code


@pytest.mark.parametrize(
    ("sql", "runs"),
    [
        ("explain analyze delete from t", "delete from t"),
        ("explain /* x */ analyze verbose delete from t", "delete from t"),
        ("explain (costs off, analyse) delete from t", "delete from t"),
        ("explain (analyze off) delete from t", "explain (analyze off) delete from t"),
        ("explain verbose delete from t", "explain verbose delete from t"),
        ("explain", "explain"),
        ("delete from t", "delete from t"),
    ],
)
def test_explain_analyze_is_what_it_runs(sql: str, runs: str) -> None:
    assert executed(sql) == runs


@pytest.mark.parametrize(
    ("sql", "query"),
    [
        ("copy (delete from t returning (1)) to stdout", "delete from t returning (1)"),
        ("copy /* ( */\n(select ')') to program 'sh'", "\nselect ')'"),
        ("copy t (a) to stdout", ""),
        ("copy", ""),
        ("", ""),
    ],
)
def test_a_copy_may_have_a_query(sql: str, query: str) -> None:
    assert query_copied(sql) == query


@pytest.mark.parametrize(
    ("sql", "body"),
    [
        ("prepare p as delete from t", "delete from t"),
        ('prepare "as" (int, text) as select 1 as a', "select 1 as a"),
        ("execute p", ""),
    ],
)
def test_what_is_prepared_is_known(sql: str, body: str) -> None:
    assert prepared(sql) == body
