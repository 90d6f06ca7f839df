"""The schemas in which faberdb keeps its journal and its quarantine, and the tables of the journal."""

BOOKKEEPING = """
create schema if not exists faberdb;
create table if not exists faberdb.format (version int primary key);
insert into faberdb.format values (1) on conflict do nothing;
create table if not exists faberdb.journal (
    plan_id text not null, step text not null, transaction int not null, outcome text not null,
    at timestamptz not null default clock_timestamp(), primary key (plan_id, step, outcome));
create table if not exists faberdb.plan (
    plan_id text primary key, number bigint generated always as identity unique, kind text not null,
    state text not null, started_at timestamptz not null default clock_timestamp(), ended_at timestamptz,
    holder text not null, document text not null);
create schema if not exists faberdb_quarantine;
revoke all on schema faberdb, faberdb_quarantine from public;
revoke all on all tables in schema faberdb from public;
"""
