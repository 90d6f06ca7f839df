-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 3 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 replace index public.page.page_body [dangerous]
--      ! queries do without it until it is built anew
DROP INDEX public.page_body;

-- 0002 replace text search configuration public.site [caution]
DROP TEXT SEARCH CONFIGURATION public.site;

-- 0003 replace text search dictionary public.words [caution]
DROP TEXT SEARCH DICTIONARY public.words;

-- 0004 replace text search dictionary public.words [safe]
CREATE TEXT SEARCH DICTIONARY public.words (TEMPLATE = pg_catalog.snowball, language = 'english');

-- 0005 replace text search configuration public.site [safe]
CREATE TEXT SEARCH CONFIGURATION public.site (PARSER = pg_catalog."default");

-- 0006 replace text search configuration public.site [safe]
ALTER TEXT SEARCH CONFIGURATION public.site ADD MAPPING FOR asciiword WITH public.words;

-- 0007 replace text search configuration public.site [safe]
ALTER TEXT SEARCH CONFIGURATION public.site ADD MAPPING FOR "int" WITH pg_catalog.simple;

-- 0008 replace index public.page.page_body [dangerous]
--      ! writes to the table wait until the index is built
CREATE INDEX page_body ON public.page USING gin (to_tsvector('public.site'::regconfig, body));

COMMIT;
