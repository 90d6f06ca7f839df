"""The block that puts made-up rows into the tables of a scratch database: one statement, which runs on the server."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from faberdb_providers.postgres.names import dollar_quoted, literal
from faberdb_providers.postgres.pattern import pattern
from faberdb_providers.postgres.sample.making import Maker, insert
from faberdb_providers.postgres.sample.tables import Asks, Table, listed
from faberdb_providers.postgres.sample.values import Types

PATIENCE_SECONDS = 20

_FILL = """
declare
    work constant jsonb := {work};
    one jsonb; forms jsonb; form text; command text; off text[]; back text[]; views text[] := '{}';
    said text; of_column text; state text; number bigint; why text; done jsonb := '{}'; failed jsonb := '[]';
begin
    for command in select format('alter event trigger %I disable', evtname) from pg_event_trigger
                    where evtenabled <> 'D' order by evtname loop
        begin
            execute command;
        exception when insufficient_privilege then null;
        end;
    end loop;
    set constraints all immediate;
    select array_agg(w.off), array_agg(w.back) into off, back from (
        select format('alter table only %s disable trigger %I', g.tgrelid::regclass, g.tgname),
               format('alter table only %s enable %s trigger %I', g.tgrelid::regclass,
                   case g.tgenabled when 'R' then 'replica' when 'A' then 'always' else '' end, g.tgname)
          from pg_trigger g where g.tgrelid in ({tables}) and g.tgenabled <> 'D'
           and (not g.tgisinternal or g.tgparentid <> 0) and g.tgname !~ '^RI_ConstraintTrigger_'
        union all
        select format('alter table %s disable rule %I', r.ev_class::regclass, r.rulename),
               format('alter table %s enable %s rule %I', r.ev_class::regclass,
                   case r.ev_enabled when 'R' then 'replica' when 'A' then 'always' else '' end, r.rulename)
          from pg_rewrite r where r.ev_class in ({tables}) and r.ev_enabled <> 'D') w(off, back);
    foreach command in array coalesce(off, '{}') loop execute command; end loop;
    execute {emptied};
    for said in select c.oid::regclass::text from pg_class c where c.relkind = 'm' and c.relispopulated
                   and not exists (select from ({reads}) f join pg_class t on t.oid = f.oid where t.relkind = 'f')
                 order by c.oid loop
        begin
            execute 'refresh materialized view ' || said;
            views := views || said;
        exception when others then null;
        end;
    end loop;
    for one in select jsonb_array_elements(work) loop
        number := 0; why := '';
        begin
            execute one ->> 'all';
            get diagnostics number = row_count;
        exception when others then
            for forms in select jsonb_array_elements(one -> 'rows') loop
                for form in select jsonb_array_elements_text(forms) loop
                    begin
                        execute form;
                        number := number + 1;
                        exit;
                    exception when others then
                        get stacked diagnostics said = constraint_name, of_column = column_name,
                            state = returned_sqlstate;
                        why := case when said <> '' then 'constraint ' || quote_ident(said)
                            when of_column <> '' then 'column ' || quote_ident(of_column)
                            else 'SQLSTATE ' || state end;
                    end;
                end loop;
            end loop;
        end;
        done := done || jsonb_build_object(one ->> 'oid', jsonb_build_array(number, why));
    end loop;
    foreach command in array coalesce(back, '{}') loop execute command; end loop;
    for command in select format('select setval(%L, 100)', s.oid::regclass) from pg_depend d
                     join pg_class s on s.oid = d.objid and s.relkind = 'S'
                    where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass
                      and d.refobjid in ({tables}) and d.deptype in ('a', 'i') order by s.oid loop
        begin
            execute command;
        exception when others then null;
        end;
    end loop;
    foreach said in array views loop
        begin
            execute 'refresh materialized view ' || said;
        exception when others then
            failed := failed || jsonb_build_array(jsonb_build_array('materialized view ' || said, (
                select coalesce(jsonb_agg(f.oid::bigint), '[]') from pg_class c cross join lateral ({reads}) f
                 where c.oid = said::regclass)));
        end;
    end loop;
    perform set_config('faberdb.sample_rows', jsonb_build_array(done, failed)::text, false);
end"""
"""Triggers of the user's, and rules, are off meanwhile; what holds foreign keys is not. Event triggers stay off: only
rows are looked at from here on, and what they note of statements is none of those. What is made of the rows has to be
possible, too, since a plan may make it again; less what is not possible without any row. Sequences go on behind the
rows, as they do where rows came by them: else what a trigger adds would be refused for its key."""

_TOLD = pattern(r"\{(emptied|reads|tables|work)\}")

_READS = """with recursive used(oid) as (
    select c.oid
    union
    select x.oid from used u cross join lateral (
        select d.refobjid from pg_rewrite r join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
         where r.ev_class = u.oid and d.refclassid = 'pg_class'::regclass
        union select i.inhrelid from pg_inherits i where i.inhparent = u.oid) x(oid))
select u.oid from used u"""
"""What a materialized view c reads, through others too."""


class Filled(NamedTuple):
    """tables: by number, how many rows it has, and what refused the last that it does not have. views: what cannot be
    made of the rows, with the numbers of all that it reads."""

    tables: Mapping[int, tuple[int, str]]
    views: tuple[tuple[str, frozenset[int]], ...]


def fill(session: Asks, tables: Mapping[int, Table], levels: Mapping[int, int], types: Types) -> Filled:
    """Put rows into tables, of each as much as its level says, in place of all that they have. Raises psycopg.Error."""
    # Few rows take no time; what hangs all the same (a user's routine in a condition) is to end.
    session.execute(f"set statement_timeout = '{PATIENCE_SECONDS}s'")
    work = literal(json.dumps(list(_work(tables.values(), levels, types)))).strip()
    told = {
        "emptied": literal(_emptied(tables.values())).strip(),
        "reads": _READS,
        "tables": listed(tables),
        "work": work,
    }
    # All at once: a name or a condition may hold what looks like one of the others.
    session.execute(f"do {dollar_quoted(_TOLD.sub(lambda found: told[found[1]], _FILL))}")
    ((text,),) = session.query("select current_setting('faberdb.sample_rows')")
    done, failed = json.loads(text)
    return Filled(
        {int(oid): (number, why) for oid, (number, why) in done.items()},
        tuple((said, frozenset(reads)) for said, reads in failed),
    )


def _emptied(tables: Iterable[Table]) -> str:
    """Without ONLY it would also empty what inherits from them, foreign tables on their own servers among that."""
    return f"truncate {', '.join(f'only {table.name}' for table in tables)} cascade"


def _work(tables: Iterable[Table], levels: Mapping[int, int], types: Types) -> Iterator[dict[str, object]]:
    for table in tables:
        rows = Maker(table, types).rows(levels.get(table.oid, 0))
        each = [[insert(table, [form]) for form in forms] for forms in rows]
        if rows:
            yield {"oid": str(table.oid), "all": insert(table, [r[0] for r in rows]), "rows": each}
