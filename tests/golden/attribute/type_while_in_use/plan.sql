-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 4 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 replace default public.picture.size [safe]
ALTER TABLE public.picture ALTER COLUMN size DROP DEFAULT;

-- 0002 replace composite type public.size [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.picture ALTER COLUMN size TYPE json USING to_json(size);

-- 0003 replace composite type public.size [caution]
DROP TYPE public.size;

-- 0004 replace composite type public.size [safe]
CREATE TYPE public.size AS (
    width numeric,
    height bigint
);

-- 0005 replace composite type public.size [dangerous]
ALTER TABLE public.picture ALTER COLUMN size TYPE public.size USING CASE WHEN size IS NOT NULL THEN json_populate_record(NULL::public.size, size) END;

-- 0006 replace default public.picture.size [safe]
ALTER TABLE public.picture ALTER COLUMN size SET DEFAULT ROW((1)::numeric, (2)::bigint)::public.size;

COMMIT;
