-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 2 to create, 5 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 10 made-up rows in 2 tables.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 alter column public.book.weight [safe]
ALTER TABLE public.book RENAME CONSTRAINT weighed TO known;

-- 0002 alter column public.thing.name [caution]
--      ! whoever reads it may meet NULL from the moment this commits
ALTER TABLE public.thing ALTER COLUMN name DROP NOT NULL;

-- 0003 alter column public.book.name [caution]
--      ! whoever reads it may meet NULL from the moment this commits
ALTER TABLE public.book ALTER COLUMN name DROP NOT NULL;

-- 0004 alter column public.thing.size [dangerous]
--      ! the table is scanned while it is locked, and a row without a value stops it
ALTER TABLE public.thing ALTER COLUMN size SET NOT NULL;

-- 0005 create table public.map [safe]
CREATE TABLE public.map () INHERITS (public.thing);

-- 0006 create column public.map.weight [dangerous]
--      ! the table is scanned while it is locked, and a row without a value stops it
ALTER TABLE public.map ADD CONSTRAINT weighed NOT NULL weight;

COMMIT;
