-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 5 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: safe.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create statistics more.place_lower [safe]
CREATE STATISTICS more.place_lower ON country, (lower(code)), ((code || town)) FROM public.place;

-- 0002 create statistics public.place_all [safe]
CREATE STATISTICS public.place_all ON country, town FROM public.place;

-- 0003 create statistics public.place_some [safe]
CREATE STATISTICS public.place_some (ndistinct, mcv) ON country, town FROM public.place;

-- 0004 create statistics public.place_some [safe]
ALTER STATISTICS public.place_some SET STATISTICS 50;

-- 0005 create statistics public.town_all [safe]
CREATE STATISTICS public.town_all ON country, town FROM public.town;

-- 0006 create comment on statistics public.place_some [safe]
COMMENT ON STATISTICS public.place_some IS 'They belong together';

COMMIT;
