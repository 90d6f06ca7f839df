-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 3 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 replace composite type public.pair [safe]
CREATE TYPE public.pair__faberdb AS (a integer, b text);

-- 0002 replace composite type public.pair [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.t ALTER COLUMN ps TYPE public.pair__faberdb[] USING ps::text::public.pair__faberdb[];

-- 0003 replace composite type public.pair [caution]
DROP TYPE public.pair;

-- 0004 replace composite type public.pair [safe]
CREATE TYPE public.pair AS (
    a bigint,
    b text
);

-- 0005 replace composite type public.pair [safe]
CREATE FUNCTION public.pair__faberdb(public.pair__faberdb) RETURNS public.pair LANGUAGE plpgsql STRICT AS $faberdb$ DECLARE made public.pair; BEGIN made.a := ($1).a::bigint; made.b := ($1).b; RETURN made; END $faberdb$;

-- 0006 replace composite type public.pair [safe]
CREATE CAST (public.pair__faberdb AS public.pair) WITH FUNCTION public.pair__faberdb(public.pair__faberdb);

-- 0007 replace composite type public.pair [dangerous]
ALTER TABLE public.t ALTER COLUMN ps TYPE public.pair[] USING ps::public.pair[];

-- 0008 replace composite type public.pair [safe]
DROP CAST (public.pair__faberdb AS public.pair);

-- 0009 replace composite type public.pair [safe]
DROP FUNCTION public.pair__faberdb(public.pair__faberdb);

-- 0010 replace composite type public.pair [safe]
DROP TYPE public.pair__faberdb;

COMMIT;
