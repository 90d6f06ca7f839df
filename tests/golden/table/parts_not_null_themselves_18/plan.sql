-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 2 to create, 6 to alter, 0 to replace, 3 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 12 made-up rows in 2 tables and none in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create column public.visit_2024.desk [caution]
ALTER TABLE public.visit_2024 ADD CONSTRAINT a_desk NOT NULL desk NOT VALID;

-- 0002 alter column public.visit_2024.kind [dangerous]
--      ! the table is read from end to end while writes wait
ALTER TABLE public.visit_2024 VALIDATE CONSTRAINT visit_2024_kind_not_null;

-- 0003 alter table public.visit_2025 [dangerous]
--      ! queries on the parent wait for a moment, and no longer find the rows of the partition
ALTER TABLE public.visit DETACH PARTITION public.visit_2025;

-- 0004 alter table public.visit_2025 [safe]
ALTER TABLE public.visit_2025 RENAME CONSTRAINT visit_day_not_null TO visit_2025_day_not_null;

-- 0005 alter table public.visit_2025 [caution]
ALTER TABLE public.visit_2025 DROP CONSTRAINT visit_2025_kind_not_null;

-- 0006 alter table public.visit_2025 [caution]
ALTER TABLE public.visit_2025 ADD CONSTRAINT visit_2025_kind_not_null NOT NULL kind NOT VALID;

-- 0007 alter table public.visit_2026 [caution]
--      ! table public.visit_2026_walk_in is locked for a moment too
ALTER TABLE public.visit_2026 RENAME CONSTRAINT visit_2026_day_not_null TO visit_day_not_null;

-- 0008 alter table public.visit_2026 [caution]
ALTER TABLE public.visit_2026_walk_in ALTER COLUMN kind DROP NOT NULL;

-- 0009 alter table public.visit_2026 [dangerous]
--      ! the table is scanned while it is locked, and a row without a value stops it
ALTER TABLE public.visit_2026 ALTER COLUMN kind SET NOT NULL;

-- 0010 alter table public.visit_2026 [dangerous]
--      ! the table is locked while all its rows are checked
ALTER TABLE public.visit ATTACH PARTITION public.visit_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');

COMMIT;
