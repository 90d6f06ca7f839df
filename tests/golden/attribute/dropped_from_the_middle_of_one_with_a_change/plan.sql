-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 3 to replace, 2 to drop, 0 to rename. Risk: destructive.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 2 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;
CREATE SCHEMA IF NOT EXISTS faberdb_quarantine;
REVOKE ALL ON SCHEMA faberdb_quarantine FROM PUBLIC;

BEGIN;

-- 0001 replace composite type public.size [dangerous]
--      ! table public.picture is locked for a moment too
LOCK TABLE public.picture IN ACCESS EXCLUSIVE MODE;

-- 0002 replace composite type public.size [dangerous]
--      ! the values are copied to quarantine while the table is locked
--      ! a rollback gives kept values back to the elements of arrays by their position: where an array has more or fewer elements by then, or several dimensions, they stay in quarantine
CREATE TABLE faberdb_quarantine.q_1_1 AS SELECT row_number() OVER () AS id, id AS key_1, (SELECT array_agg(((e1).depth)::text ORDER BY n) FROM (SELECT unnest(old) AS e1, generate_series(1, cardinality(old)) AS n) s)::text AS value FROM public.picture;

-- 0003 replace composite type public.size [safe]
ALTER TABLE faberdb_quarantine.q_1_1 ADD PRIMARY KEY (id);

-- 0004 replace composite type public.size [dangerous]
LOCK TABLE public.picture IN ACCESS EXCLUSIVE MODE;

-- 0005 replace composite type public.size [dangerous]
--      ! the values are copied to quarantine while the table is locked
CREATE TABLE faberdb_quarantine.q_1_2 AS SELECT row_number() OVER () AS id, id AS key_1, ((size).depth)::text AS value FROM public.picture;

-- 0006 replace composite type public.size [safe]
ALTER TABLE faberdb_quarantine.q_1_2 ADD PRIMARY KEY (id);

-- 0007 replace composite type public.size [dangerous]
LOCK TABLE public.picture IN ACCESS EXCLUSIVE MODE;

-- 0008 replace composite type public.size [dangerous]
--      ! the values are copied to quarantine while the table is locked
--      ! a rollback gives kept values back to the elements of arrays by their position: where an array has more or fewer elements by then, or several dimensions, they stay in quarantine
CREATE TABLE faberdb_quarantine.q_2_1 AS SELECT row_number() OVER () AS id, id AS key_1, (SELECT array_agg(((e1).height)::text ORDER BY n) FROM (SELECT unnest(old) AS e1, generate_series(1, cardinality(old)) AS n) s)::text AS value, (SELECT array_agg((((e1).height::smallint)::bigint)::text ORDER BY n) FROM (SELECT unnest(old) AS e1, generate_series(1, cardinality(old)) AS n) s)::text AS became FROM public.picture;

-- 0009 replace composite type public.size [safe]
ALTER TABLE faberdb_quarantine.q_2_1 ADD PRIMARY KEY (id);

-- 0010 replace composite type public.size [dangerous]
LOCK TABLE public.picture IN ACCESS EXCLUSIVE MODE;

-- 0011 replace composite type public.size [dangerous]
--      ! the values are copied to quarantine while the table is locked
CREATE TABLE faberdb_quarantine.q_2_2 AS SELECT row_number() OVER () AS id, id AS key_1, ((size).height)::text AS value, (((size).height::smallint)::bigint)::text AS became FROM public.picture;

-- 0012 replace composite type public.size [safe]
ALTER TABLE faberdb_quarantine.q_2_2 ADD PRIMARY KEY (id);

-- 0013 replace composite type public.size [safe]
CREATE TYPE public.size__faberdb AS (width numeric, depth text, height bigint);

-- 0014 replace composite type public.size [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.picture ALTER COLUMN size TYPE public.size__faberdb USING size::text::public.size__faberdb;

-- 0015 replace composite type public.size [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.picture ALTER COLUMN old TYPE public.size__faberdb[] USING old::text::public.size__faberdb[];

-- 0016 replace composite type public.size [destructive]
--      ! its values leave every column of the type; they are kept in quarantine
DROP TYPE public.size;

-- 0017 replace composite type public.size [safe]
CREATE TYPE public.size AS (
    width numeric,
    height smallint
);

-- 0018 replace composite type public.size [safe]
CREATE FUNCTION public.size__faberdb(public.size__faberdb) RETURNS public.size LANGUAGE plpgsql STRICT AS $faberdb$ DECLARE made public.size; BEGIN made.width := ($1).width; made.height := ($1).height::smallint; RETURN made; END $faberdb$;

-- 0019 replace composite type public.size [safe]
CREATE CAST (public.size__faberdb AS public.size) WITH FUNCTION public.size__faberdb(public.size__faberdb);

-- 0020 replace composite type public.size [dangerous]
ALTER TABLE public.picture ALTER COLUMN size TYPE public.size USING size::public.size;

-- 0021 replace composite type public.size [dangerous]
ALTER TABLE public.picture ALTER COLUMN old TYPE public.size[] USING old::public.size[];

-- 0022 replace composite type public.size [safe]
DROP CAST (public.size__faberdb AS public.size);

-- 0023 replace composite type public.size [safe]
DROP FUNCTION public.size__faberdb(public.size__faberdb);

-- 0024 replace composite type public.size [safe]
DROP TYPE public.size__faberdb;

COMMIT;
