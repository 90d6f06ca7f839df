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

-- 0001 replace index public.t.t_word [dangerous]
--      ! queries do without it until it is built anew
DROP INDEX public.t_word;

-- 0002 replace domain public.word [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.t ALTER COLUMN word TYPE text USING word::text;

-- 0003 replace domain public.word [caution]
DROP DOMAIN public.word;

-- 0004 replace collation public.letters [dangerous]
--      ! indexes on columns of this collation are built anew while their tables are locked
ALTER TABLE public.t ALTER COLUMN own TYPE text COLLATE pg_catalog."default";

-- 0005 replace collation public.letters [caution]
DROP COLLATION public.letters;

-- 0006 replace collation public.letters [safe]
CREATE COLLATION public.letters (provider = libc, locale = 'POSIX');

-- 0007 replace collation public.letters [dangerous]
--      ! indexes on columns of this collation are built anew while their tables are locked
ALTER TABLE public.t ALTER COLUMN own TYPE text COLLATE public.letters;

-- 0008 replace domain public.word [safe]
CREATE DOMAIN public.word AS text COLLATE public.letters;

-- 0009 replace domain public.word [dangerous]
ALTER TABLE public.t ALTER COLUMN word TYPE public.word USING word::public.word;

-- 0010 replace index public.t.t_word [dangerous]
--      ! writes to the table wait until the index is built
CREATE INDEX t_word ON public.t (word);

COMMIT;
