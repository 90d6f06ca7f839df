-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 1 to create, 1 to alter, 0 to replace, 0 to drop, 1 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 rename column public.person.full_name [dangerous]
--      ! queries that use the old name fail from the moment this commits
ALTER TABLE public.person RENAME COLUMN name TO full_name;

-- 0002 alter column public.person.full_name [safe]
ALTER TABLE public.person RENAME CONSTRAINT person_name_not_null TO person_full_name_not_null;

SET LOCAL search_path = "public";
-- 0003 create column public.person.name [safe]
ALTER TABLE public.person ADD COLUMN name text;

-- 0004 create column public.person.name [dangerous]
--      ! rows are filled by one UPDATE; the table stays locked until it is done
UPDATE public.person SET name = split_part(full_name, ' ', 1);

-- 0005 create column public.person.name [dangerous]
--      ! the table is scanned while it is locked, and a row without a value stops it
ALTER TABLE public.person ALTER COLUMN name SET NOT NULL;

COMMIT;
