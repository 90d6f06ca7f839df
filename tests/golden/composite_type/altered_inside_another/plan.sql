-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 6 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 replace composite type public.outer_pair [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.t ALTER COLUMN ps TYPE json USING to_json(ps);

-- 0002 replace composite type public.outer_pair [caution]
DROP TYPE public.outer_pair;

-- 0003 replace composite type public.pair [caution]
DROP TYPE public.pair;

-- 0004 replace composite type public.pair [safe]
CREATE TYPE public.pair AS (
    a bigint,
    b text
);

-- 0005 replace composite type public.outer_pair [safe]
CREATE TYPE public.outer_pair AS (
    p public.pair,
    n integer
);

-- 0006 replace composite type public.outer_pair [dangerous]
ALTER TABLE public.t ALTER COLUMN ps TYPE public.outer_pair USING CASE WHEN ps IS NOT NULL THEN json_populate_record(NULL::public.outer_pair, ps) END;

COMMIT;
