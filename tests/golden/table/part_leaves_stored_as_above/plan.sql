-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 1 to create, 2 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 7 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 alter table public.visit_2025 [dangerous]
--      ! queries on the parent wait for a moment, and no longer find the rows of the partition
ALTER TABLE public.visit DETACH PARTITION public.visit_2025;

-- 0002 alter table public.visit_2025 [safe]
ALTER TABLE public.visit_2025 RENAME CONSTRAINT visit_day_not_null TO visit_2025_day_not_null;

-- 0003 alter table public.visit_2025 [caution]
ALTER TABLE public.visit_2025 ALTER COLUMN note SET STORAGE DEFAULT;

-- 0004 alter table public.visit_2025 [caution]
ALTER TABLE public.visit_2025 ALTER COLUMN note SET COMPRESSION default;

COMMIT;
