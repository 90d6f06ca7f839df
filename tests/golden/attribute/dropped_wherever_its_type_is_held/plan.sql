-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 1 to alter, 0 to replace, 1 to drop, 0 to rename. Risk: destructive.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;
CREATE SCHEMA IF NOT EXISTS faberdb_quarantine;
REVOKE ALL ON SCHEMA faberdb_quarantine FROM PUBLIC;

BEGIN;

-- 0001 drop attribute public.size.height [dangerous]
--      ! table public.crate is locked for a moment too
LOCK TABLE public.crate IN ACCESS EXCLUSIVE MODE;

-- 0002 drop attribute public.size.height [dangerous]
--      ! the values are copied to quarantine while the table is locked
--      ! a rollback gives kept values back to the elements of arrays by their position: where an array has more or fewer elements by then, or several dimensions, they stay in quarantine
CREATE TABLE faberdb_quarantine.q_1_1 AS SELECT row_number() OVER () AS id, id AS key_1, (SELECT array_agg(((e1).height)::text ORDER BY n) FROM (SELECT unnest(every) AS e1, generate_series(1, cardinality(every)) AS n) s)::text AS value FROM public.crate;

-- 0003 drop attribute public.size.height [safe]
ALTER TABLE faberdb_quarantine.q_1_1 ADD PRIMARY KEY (id);

-- 0004 drop attribute public.size.height [dangerous]
LOCK TABLE public.crate IN ACCESS EXCLUSIVE MODE;

-- 0005 drop attribute public.size.height [dangerous]
--      ! the values are copied to quarantine while the table is locked
CREATE TABLE faberdb_quarantine.q_1_2 AS SELECT row_number() OVER () AS id, id AS key_1, ((inside).height)::text AS value FROM public.crate;

-- 0006 drop attribute public.size.height [safe]
ALTER TABLE faberdb_quarantine.q_1_2 ADD PRIMARY KEY (id);

-- 0007 drop attribute public.size.height [dangerous]
LOCK TABLE public.crate IN ACCESS EXCLUSIVE MODE;

-- 0008 drop attribute public.size.height [dangerous]
--      ! the values are copied to quarantine while the table is locked
CREATE TABLE faberdb_quarantine.q_1_3 AS SELECT row_number() OVER () AS id, id AS key_1, (((whole).back).height)::text AS value FROM public.crate;

-- 0009 drop attribute public.size.height [safe]
ALTER TABLE faberdb_quarantine.q_1_3 ADD PRIMARY KEY (id);

-- 0010 drop attribute public.size.height [dangerous]
LOCK TABLE public.crate IN ACCESS EXCLUSIVE MODE;

-- 0011 drop attribute public.size.height [dangerous]
--      ! the values are copied to quarantine while the table is locked
CREATE TABLE faberdb_quarantine.q_1_4 AS SELECT row_number() OVER () AS id, id AS key_1, (((whole).front).height)::text AS value FROM public.crate;

-- 0012 drop attribute public.size.height [safe]
ALTER TABLE faberdb_quarantine.q_1_4 ADD PRIMARY KEY (id);

-- 0013 drop attribute public.size.height [dangerous]
LOCK TABLE public.crate IN ACCESS EXCLUSIVE MODE;

-- 0014 drop attribute public.size.height [dangerous]
--      ! the values are copied to quarantine while the table is locked
--      ! a rollback gives kept values back to the elements of arrays by their position: where an array has more or fewer elements by then, or several dimensions, they stay in quarantine
CREATE TABLE faberdb_quarantine.q_1_5 AS SELECT row_number() OVER () AS id, id AS key_1, (SELECT array_agg(((e1).height)::text ORDER BY n) FROM (SELECT unnest((whole).layers) AS e1, generate_series(1, cardinality((whole).layers)) AS n) s)::text AS value FROM public.crate;

-- 0015 drop attribute public.size.height [safe]
ALTER TABLE faberdb_quarantine.q_1_5 ADD PRIMARY KEY (id);

-- 0016 drop attribute public.size.height [dangerous]
LOCK TABLE public.crate IN ACCESS EXCLUSIVE MODE;

-- 0017 drop attribute public.size.height [dangerous]
--      ! the values are copied to quarantine while the table is locked
--      ! a rollback gives kept values back to the elements of arrays by their position: where an array has more or fewer elements by then, or several dimensions, they stay in quarantine
CREATE TABLE faberdb_quarantine.q_1_6 AS SELECT row_number() OVER () AS id, id AS key_1, (SELECT array_agg((((e1).back).height)::text ORDER BY n) FROM (SELECT unnest(wholes) AS e1, generate_series(1, cardinality(wholes)) AS n) s)::text AS value FROM public.crate;

-- 0018 drop attribute public.size.height [safe]
ALTER TABLE faberdb_quarantine.q_1_6 ADD PRIMARY KEY (id);

-- 0019 drop attribute public.size.height [dangerous]
LOCK TABLE public.crate IN ACCESS EXCLUSIVE MODE;

-- 0020 drop attribute public.size.height [dangerous]
--      ! the values are copied to quarantine while the table is locked
--      ! a rollback gives kept values back to the elements of arrays by their position: where an array has more or fewer elements by then, or several dimensions, they stay in quarantine
CREATE TABLE faberdb_quarantine.q_1_7 AS SELECT row_number() OVER () AS id, id AS key_1, (SELECT array_agg((((e1).front).height)::text ORDER BY n) FROM (SELECT unnest(wholes) AS e1, generate_series(1, cardinality(wholes)) AS n) s)::text AS value FROM public.crate;

-- 0021 drop attribute public.size.height [safe]
ALTER TABLE faberdb_quarantine.q_1_7 ADD PRIMARY KEY (id);

-- 0022 drop attribute public.size.height [dangerous]
LOCK TABLE public.crate IN ACCESS EXCLUSIVE MODE;

-- 0023 drop attribute public.size.height [dangerous]
--      ! the values are copied to quarantine while the table is locked
--      ! a rollback gives kept values back to the elements of arrays by their position: where an array has more or fewer elements by then, or several dimensions, they stay in quarantine
CREATE TABLE faberdb_quarantine.q_1_8 AS SELECT row_number() OVER () AS id, id AS key_1, (SELECT array_agg((SELECT array_agg(((e2).height)::text ORDER BY n) FROM (SELECT unnest((e1).layers) AS e2, generate_series(1, cardinality((e1).layers)) AS n) s)::text ORDER BY n) FROM (SELECT unnest(wholes) AS e1, generate_series(1, cardinality(wholes)) AS n) s)::text AS value FROM public.crate;

-- 0024 drop attribute public.size.height [safe]
ALTER TABLE faberdb_quarantine.q_1_8 ADD PRIMARY KEY (id);

-- 0025 drop attribute public.size.height [destructive]
--      ! its values leave every column of the type; they are kept in quarantine
ALTER TYPE public.size DROP ATTRIBUTE height CASCADE;

COMMIT;
