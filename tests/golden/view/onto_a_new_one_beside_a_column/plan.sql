-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 1 to create, 3 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 alter column public.reader.id [safe]
ALTER TABLE public.reader RENAME CONSTRAINT reader_has_id TO reader_id_not_null;

-- 0002 alter column public.reader.name [caution]
ALTER TABLE ONLY public.reader ALTER COLUMN name SET STATISTICS 500;

-- 0003 create view public.all_readers [safe]
CREATE VIEW public.all_readers AS
SELECT id,
    name
   FROM public.reader;

-- 0004 alter view public.known_reader [caution]
--      ! queries get other rows or columns from the moment this commits
CREATE OR REPLACE VIEW public.known_reader AS
SELECT id,
    name
   FROM public.all_readers
  WHERE (name IS NOT NULL);

COMMIT;
