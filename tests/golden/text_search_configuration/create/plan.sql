-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 3 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: safe.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create text search configuration public.bare [safe]
CREATE TEXT SEARCH CONFIGURATION public.bare (PARSER = pg_catalog."default");

-- 0002 create text search configuration public.site [safe]
CREATE TEXT SEARCH CONFIGURATION public.site (PARSER = pg_catalog."default");

-- 0003 create text search configuration public.site [safe]
ALTER TEXT SEARCH CONFIGURATION public.site ADD MAPPING FOR asciiword, hword WITH pg_catalog.english_stem;

-- 0004 create text search configuration public.site [safe]
ALTER TEXT SEARCH CONFIGURATION public.site ADD MAPPING FOR word WITH pg_catalog.english_stem, pg_catalog.simple;

-- 0005 create comment on text search configuration public.site [safe]
COMMENT ON TEXT SEARCH CONFIGURATION public.site IS 'Pages';

COMMIT;
