-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 2 to replace, 1 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with none in 3 tables.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 replace check public.reading.plausible [caution]
--      ! table public.reading_indoors and table public.reading_outdoors are locked for a moment too
ALTER TABLE public.reading DROP CONSTRAINT plausible;

-- 0002 replace check public.reading_indoors.plausible [caution]
ALTER TABLE public.reading_indoors DROP CONSTRAINT plausible;

-- 0003 replace check public.reading_indoors.plausible [dangerous]
--      ! the table is locked while all rows are checked, and a row that fails stops it
ALTER TABLE public.reading_indoors ADD CONSTRAINT plausible CHECK ((value > 1));

-- 0004 drop check public.reading_outdoors.plausible [caution]
--      ! rows that it kept out can be written from the moment this commits
ALTER TABLE public.reading_outdoors DROP CONSTRAINT plausible;

-- 0005 replace check public.reading.plausible [dangerous]
--      ! the table is locked while all rows are checked, and a row that fails stops it
ALTER TABLE public.reading ADD CONSTRAINT plausible CHECK ((value > 1));

COMMIT;
