-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 4 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create column public.guest.street [safe]
ALTER TABLE public.guest ADD COLUMN street text;

-- 0002 create column public.guest.city [safe]
ALTER TABLE public.guest ADD COLUMN city text;

-- 0003 create column public.guest.label [dangerous]
--      ! the table is rewritten while it is locked: its value is computed for each row
ALTER TABLE public.guest ADD COLUMN label text GENERATED ALWAYS AS ((city || street)) STORED;

-- 0004 create column public.guest.code [safe]
ALTER TABLE public.guest ADD COLUMN code text;

COMMIT;
