-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 10 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 replace composite type public.mix [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.room ALTER COLUMN mix TYPE json USING to_json(mix);

-- 0002 replace composite type public.mix [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.room ALTER COLUMN "all" TYPE json USING to_json("all");

-- 0003 replace composite type public.mix [caution]
DROP TYPE public.mix;

-- 0004 replace composite type public.mix [safe]
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

-- 0005 replace composite type public.mix [safe]
CREATE TYPE public.mix__faberdb AS (value public.mix[]);

-- 0006 replace composite type public.mix [dangerous]
ALTER TABLE public.room ALTER COLUMN mix TYPE public.mix USING CASE WHEN mix IS NOT NULL THEN json_populate_record(NULL::public.mix, mix) END;

-- 0007 replace composite type public.mix [dangerous]
ALTER TABLE public.room ALTER COLUMN "all" TYPE public.mix[] USING (json_populate_record(NULL::public.mix__faberdb, json_build_object('value', "all"))).value;

-- 0008 replace composite type public.mix [safe]
DROP TYPE public.mix__faberdb;

COMMIT;
