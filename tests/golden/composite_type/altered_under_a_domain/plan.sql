-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 4 to replace, 0 to drop, 0 to rename. Risk: dangerous.
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

-- 0001 replace domain public.pd [dangerous]
--      ! table public.t is locked for a moment too
LOCK TABLE public.t IN ACCESS EXCLUSIVE MODE;

-- 0002 replace domain public.pd [dangerous]
--      ! the values are copied to quarantine while the table is locked
--      ! no key tells its rows apart: kept values come back by the content of the other columns, and to rows alike in all of them by their order in the file; exact as long as nobody writes to the table in between
CREATE TABLE faberdb_quarantine.q_1_1 AS SELECT row_number() OVER () AS id, md5(ROW(id)::text) AS digest, row_number() OVER (PARTITION BY md5(ROW(id)::text) ORDER BY tableoid, ctid) AS ordinal, (ps)::text AS value, (ps)::text AS became FROM public.t;

-- 0003 replace domain public.pd [safe]
ALTER TABLE faberdb_quarantine.q_1_1 ADD PRIMARY KEY (id);

-- 0004 replace domain public.pd [safe]
CREATE TYPE public.pd__faberdb AS (a integer, b text);

-- 0005 replace domain public.pd [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.t ALTER COLUMN ps TYPE public.pd__faberdb USING ps::text::public.pd__faberdb;

-- 0006 replace domain public.pd [caution]
DROP DOMAIN public.pd;

-- 0007 replace composite type public.pair [caution]
DROP TYPE public.pair;

-- 0008 replace composite type public.pair [safe]
CREATE TYPE public.pair AS (
    a bigint,
    b text
);

-- 0009 replace domain public.pd [safe]
CREATE DOMAIN public.pd AS public.pair;

-- 0010 replace domain public.pd [safe]
CREATE FUNCTION public.pd__faberdb(public.pd__faberdb) RETURNS public.pair LANGUAGE plpgsql STRICT AS $faberdb$ DECLARE made public.pair; BEGIN made.a := ($1).a::bigint; made.b := ($1).b; RETURN made; END $faberdb$;

-- 0011 replace domain public.pd [safe]
CREATE CAST (public.pd__faberdb AS public.pair) WITH FUNCTION public.pd__faberdb(public.pd__faberdb);

-- 0012 replace domain public.pd [dangerous]
ALTER TABLE public.t ALTER COLUMN ps TYPE public.pd USING ps::public.pd;

-- 0013 replace domain public.pd [safe]
DROP CAST (public.pd__faberdb AS public.pair);

-- 0014 replace domain public.pd [safe]
DROP FUNCTION public.pd__faberdb(public.pd__faberdb);

-- 0015 replace domain public.pd [safe]
DROP TYPE public.pd__faberdb;

COMMIT;
