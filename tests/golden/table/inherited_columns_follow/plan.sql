-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 3 to create, 1 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 10 made-up rows in 2 tables.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create column public.book.id [caution]
ALTER TABLE ONLY public.book ALTER COLUMN id SET STATISTICS 200;

-- 0002 create column public.thing.added [caution]
--      ! table public.book is locked for a moment too
ALTER TABLE public.thing ADD COLUMN added date;

-- 0003 alter column public.thing.name [dangerous]
--      ! the table is scanned while it is locked, and a row without a value stops it
ALTER TABLE public.thing ALTER COLUMN name SET NOT NULL;

-- 0004 create default public.thing.name [safe]
ALTER TABLE public.thing ALTER COLUMN name SET DEFAULT 'x'::text;

COMMIT;
