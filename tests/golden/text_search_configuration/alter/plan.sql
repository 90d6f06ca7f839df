-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 1 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 alter text search configuration public.site [caution]
--      ! what was indexed or stored by it stays as it was: rebuild those indexes and columns afterwards
ALTER TEXT SEARCH CONFIGURATION public.site DROP MAPPING FOR url;

-- 0002 alter text search configuration public.site [caution]
--      ! what was indexed or stored by it stays as it was: rebuild those indexes and columns afterwards
ALTER TEXT SEARCH CONFIGURATION public.site ALTER MAPPING FOR word WITH pg_catalog.german_stem;

-- 0003 alter text search configuration public.site [caution]
--      ! what was indexed or stored by it stays as it was: rebuild those indexes and columns afterwards
ALTER TEXT SEARCH CONFIGURATION public.site ALTER MAPPING FOR host WITH pg_catalog.simple, pg_catalog.english_stem;

-- 0004 alter text search configuration public.site [caution]
--      ! what was indexed or stored by it stays as it was: rebuild those indexes and columns afterwards
ALTER TEXT SEARCH CONFIGURATION public.site ADD MAPPING FOR hword WITH pg_catalog.german_stem;

COMMIT;
