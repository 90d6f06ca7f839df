-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 2 to replace, 0 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 replace text search configuration public.site [caution]
DROP TEXT SEARCH CONFIGURATION public.site;

-- 0002 replace text search parser public.words [caution]
DROP TEXT SEARCH PARSER public.words;

-- 0003 replace text search parser public.words [safe]
CREATE TEXT SEARCH PARSER public.words (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, HEADLINE = prsd_headline, LEXTYPES = prsd_lextype);

-- 0004 replace text search configuration public.site [safe]
CREATE TEXT SEARCH CONFIGURATION public.site (PARSER = public.words);

-- 0005 replace text search configuration public.site [safe]
ALTER TEXT SEARCH CONFIGURATION public.site ADD MAPPING FOR asciiword WITH pg_catalog.simple;

COMMIT;
