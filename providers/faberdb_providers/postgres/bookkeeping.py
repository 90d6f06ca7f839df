"""The schemas in which faberdb keeps its journal and its quarantine, and the tables of the journal."""

WHOLE = ("moved", "aside")
"""The forms in which an object itself is kept, in a schema of its own that the steps make; others take tables in
`faberdb_quarantine`."""

BOOKKEEPING = """
create schema if not exists faberdb;
create table if not exists faberdb.format (version int primary key);
insert into faberdb.format values (1) on conflict do nothing;
create table if not exists faberdb.journal (
    plan_id text not null, step text not null, transaction int not null, outcome text not null,
    at timestamptz not null default clock_timestamp(), watermark text, primary key (plan_id, step, outcome));
create table if not exists faberdb.plan (
    plan_id text primary key, number bigint generated always as identity unique, kind text not null,
    state text not null, started_at timestamptz not null default clock_timestamp(), ended_at timestamptz,
    holder text not null, document text not null);
create table if not exists faberdb.fence (
    only_one boolean primary key default true check (only_one), token bigint not null, holder text not null,
    taken_at timestamptz not null default clock_timestamp());
insert into faberdb.fence (token, holder) values (0, '') on conflict do nothing;
create schema if not exists faberdb_quarantine;
revoke all on schema faberdb, faberdb_quarantine from public;
revoke all on all tables in schema faberdb from public;
"""

WATERMARK = "alter table faberdb.journal add column if not exists watermark text"
"""For a journal that was made before steps were run in parts."""

QUARANTINE = """
create schema if not exists faberdb_quarantine;
revoke all on schema faberdb_quarantine from public;
"""
"""What is made of this where the journal is beside the state, and only where something is to be kept in it."""

UNMADE = """
drop table faberdb.journal, faberdb.plan, faberdb.format, faberdb.fence;
drop schema faberdb;
drop schema faberdb_quarantine;
"""

OPENED = """
select distinct format('revoke all on %s %s from %s cascade', o.what, o.name,
                       case when p.grantee = 0 then 'public' else p.grantee::regrole::text end)
  from (select 'schema', quote_ident(nspname), nspowner, nspacl, xmin from pg_namespace where nspname ~ '^faberdb(_|$)'
        union all
        select case relkind when 'S' then 'sequence' else 'table' end, c.oid::regclass::text, relowner, relacl, c.xmin
          from pg_class c where relnamespace in (to_regnamespace('faberdb'), to_regnamespace('faberdb_quarantine'))
           and relkind in ('r', 'S')) o (what, name, owner, acl, made), aclexplode(o.acl) p
 where o.made = pg_current_xact_id()::xid and p.grantee <> o.owner
 order by 1
"""
"""What takes from everybody else the rights on what this transaction made in our schemas: PUBLIC is not all, since
default privileges of the role give them to whom they say. Tables that are moved there keep theirs, to come back with
them; nobody reaches into their schema."""
