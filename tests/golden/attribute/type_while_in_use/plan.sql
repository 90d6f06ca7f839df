-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 4 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 7 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 replace default public.picture.size [safe]
ALTER TABLE public.picture ALTER COLUMN size DROP DEFAULT;

-- 0002 replace composite type public.size [safe]
CREATE TYPE public.size__faberdb AS (width numeric, height integer);

-- 0003 replace composite type public.size [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.picture ALTER COLUMN size TYPE public.size__faberdb USING size::text::public.size__faberdb;

-- 0004 replace composite type public.size [caution]
DROP TYPE public.size;

-- 0005 replace composite type public.size [safe]
CREATE TYPE public.size AS (
    width numeric,
    height bigint
);

-- 0006 replace composite type public.size [safe]
CREATE FUNCTION public.size__faberdb(public.size__faberdb) RETURNS public.size LANGUAGE plpgsql STRICT AS $faberdb$ DECLARE made public.size; BEGIN made.width := ($1).width; made.height := ($1).height::bigint; RETURN made; END $faberdb$;

-- 0007 replace composite type public.size [safe]
CREATE CAST (public.size__faberdb AS public.size) WITH FUNCTION public.size__faberdb(public.size__faberdb);

-- 0008 replace composite type public.size [dangerous]
ALTER TABLE public.picture ALTER COLUMN size TYPE public.size USING size::public.size;

-- 0009 replace composite type public.size [safe]
DROP CAST (public.size__faberdb AS public.size);

-- 0010 replace composite type public.size [safe]
DROP FUNCTION public.size__faberdb(public.size__faberdb);

-- 0011 replace composite type public.size [safe]
DROP TYPE public.size__faberdb;

-- 0012 replace default public.picture.size [safe]
ALTER TABLE public.picture ALTER COLUMN size SET DEFAULT ROW((1)::numeric, (2)::bigint)::public.size;

COMMIT;
