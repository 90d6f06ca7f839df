-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 10 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 replace composite type public.mix [safe]
CREATE TYPE public.mix__faberdb AS (a json, b double precision, c timestamp with time zone, d bytea, e interval, f numeric, g daterange, h text[], i jsonb);

-- 0002 replace composite type public.mix [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.room ALTER COLUMN mix TYPE public.mix__faberdb USING mix::text::public.mix__faberdb;

-- 0003 replace composite type public.mix [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.room ALTER COLUMN "all" TYPE public.mix__faberdb[] USING "all"::text::public.mix__faberdb[];

-- 0004 replace composite type public.mix [caution]
DROP TYPE public.mix;

-- 0005 replace composite type public.mix [safe]
CREATE TYPE public.mix AS (
    i jsonb,
    h text[],
    g daterange,
    f numeric,
    e interval,
    d bytea,
    c timestamp with time zone,
    b double precision,
    a json
);

-- 0006 replace composite type public.mix [safe]
CREATE FUNCTION public.mix__faberdb(public.mix__faberdb) RETURNS public.mix LANGUAGE plpgsql STRICT AS $faberdb$ DECLARE made public.mix; BEGIN made.a := ($1).a; made.b := ($1).b; made.c := ($1).c; made.d := ($1).d; made.e := ($1).e; made.f := ($1).f; made.g := ($1).g; made.h := ($1).h; made.i := ($1).i; RETURN made; END $faberdb$;

-- 0007 replace composite type public.mix [safe]
CREATE CAST (public.mix__faberdb AS public.mix) WITH FUNCTION public.mix__faberdb(public.mix__faberdb);

-- 0008 replace composite type public.mix [dangerous]
ALTER TABLE public.room ALTER COLUMN mix TYPE public.mix USING mix::public.mix;

-- 0009 replace composite type public.mix [dangerous]
ALTER TABLE public.room ALTER COLUMN "all" TYPE public.mix[] USING "all"::public.mix[];

-- 0010 replace composite type public.mix [safe]
DROP CAST (public.mix__faberdb AS public.mix);

-- 0011 replace composite type public.mix [safe]
DROP FUNCTION public.mix__faberdb(public.mix__faberdb);

-- 0012 replace composite type public.mix [safe]
DROP TYPE public.mix__faberdb;

COMMIT;
