-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 2 to alter, 0 to replace, 1 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with none in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 alter table public.visit_2025 [safe]
ALTER TABLE public.visit_2025 RENAME CONSTRAINT visit_2025_day_not_null TO visit_day_not_null;

-- 0002 alter table public.visit_2025 [dangerous]
--      ! the table is locked while all its rows are checked
ALTER TABLE public.visit ATTACH PARTITION public.visit_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

-- 0003 alter table public.visit_2025 [caution]
ALTER TABLE public.visit_2025 ALTER COLUMN note SET STORAGE EXTERNAL;

-- 0004 alter table public.visit_2025 [caution]
ALTER TABLE public.visit_2025 ALTER COLUMN note SET COMPRESSION pglz;

COMMIT;
