-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 6 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 replace composite type public.outer_pair [safe]
CREATE TYPE public.outer_pair__faberdb AS (a integer, b text);

-- 0002 replace composite type public.outer_pair [safe]
CREATE TYPE public.outer_pair__faberdb_2 AS (p public.outer_pair__faberdb, n integer);

-- 0003 replace composite type public.outer_pair [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.t ALTER COLUMN ps TYPE public.outer_pair__faberdb_2 USING ps::text::public.outer_pair__faberdb_2;

-- 0004 replace composite type public.outer_pair [caution]
DROP TYPE public.outer_pair;

-- 0005 replace composite type public.pair [caution]
DROP TYPE public.pair;

-- 0006 replace composite type public.pair [safe]
CREATE TYPE public.pair AS (
    a bigint,
    b text
);

-- 0007 replace composite type public.outer_pair [safe]
CREATE TYPE public.outer_pair AS (
    p public.pair,
    n integer
);

-- 0008 replace composite type public.outer_pair [safe]
CREATE FUNCTION public.outer_pair__faberdb(public.outer_pair__faberdb) RETURNS public.pair LANGUAGE plpgsql STRICT AS $faberdb$ DECLARE made public.pair; BEGIN made.a := ($1).a::bigint; made.b := ($1).b; RETURN made; END $faberdb$;

-- 0009 replace composite type public.outer_pair [safe]
CREATE CAST (public.outer_pair__faberdb AS public.pair) WITH FUNCTION public.outer_pair__faberdb(public.outer_pair__faberdb);

-- 0010 replace composite type public.outer_pair [safe]
CREATE FUNCTION public.outer_pair__faberdb_2(public.outer_pair__faberdb_2) RETURNS public.outer_pair LANGUAGE plpgsql STRICT AS $faberdb$ DECLARE made public.outer_pair; BEGIN made.p := ($1).p::public.pair; made.n := ($1).n; RETURN made; END $faberdb$;

-- 0011 replace composite type public.outer_pair [safe]
CREATE CAST (public.outer_pair__faberdb_2 AS public.outer_pair) WITH FUNCTION public.outer_pair__faberdb_2(public.outer_pair__faberdb_2);

-- 0012 replace composite type public.outer_pair [dangerous]
ALTER TABLE public.t ALTER COLUMN ps TYPE public.outer_pair USING ps::public.outer_pair;

-- 0013 replace composite type public.outer_pair [safe]
DROP CAST (public.outer_pair__faberdb AS public.pair);

-- 0014 replace composite type public.outer_pair [safe]
DROP FUNCTION public.outer_pair__faberdb(public.outer_pair__faberdb);

-- 0015 replace composite type public.outer_pair [safe]
DROP CAST (public.outer_pair__faberdb_2 AS public.outer_pair);

-- 0016 replace composite type public.outer_pair [safe]
DROP FUNCTION public.outer_pair__faberdb_2(public.outer_pair__faberdb_2);

-- 0017 replace composite type public.outer_pair [safe]
DROP TYPE public.outer_pair__faberdb_2;

-- 0018 replace composite type public.outer_pair [safe]
DROP TYPE public.outer_pair__faberdb;

COMMIT;
