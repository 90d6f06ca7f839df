-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 1 to create, 2 to alter, 0 to replace, 0 to drop, 2 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 rename table public.person [dangerous]
--      ! queries that use the old name fail from the moment this commits
ALTER TABLE public.reader RENAME TO person;

-- 0002 rename primary key public.person.person_pkey [caution]
ALTER TABLE public.person RENAME CONSTRAINT reader_pkey TO person_pkey;

-- 0003 alter column public.person.id [safe]
ALTER TABLE public.person RENAME CONSTRAINT reader_id_not_null TO person_id_not_null;

-- 0004 create view public.reader [safe]
CREATE VIEW public.reader AS
SELECT id,
    name
   FROM public.person;

-- 0005 alter view public.known_reader [caution]
--      ! queries get other rows or columns from the moment this commits
CREATE OR REPLACE VIEW public.known_reader AS
SELECT id,
    name
   FROM public.reader
  WHERE (name IS NOT NULL);

COMMIT;
