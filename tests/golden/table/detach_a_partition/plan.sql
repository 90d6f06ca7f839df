-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 4 to create, 1 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 2 made-up rows in 2 tables.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 alter table public.orders_2021 [dangerous]
--      ! queries on the parent wait for a moment, and no longer find the rows of the partition
ALTER TABLE public.orders DETACH PARTITION public.orders_2021;

-- 0002 alter table public.orders_2021 [safe]
ALTER TABLE public.orders_2021 RENAME CONSTRAINT orders_id_not_null TO orders_2021_id_not_null;

-- 0003 alter table public.orders_2021 [safe]
ALTER TABLE public.orders_2021 RENAME CONSTRAINT orders_placed_not_null TO orders_2021_placed_not_null;

-- 0004 alter table public.orders_2021 [safe]
ALTER TABLE public.orders_2021 ALTER COLUMN note DROP DEFAULT;

-- 0005 alter table public.orders_2021 [caution]
ALTER TABLE public.orders_2021 DROP CONSTRAINT positive;

-- 0006 alter table public.orders_2021 [caution]
DROP INDEX public.orders_2021_note_idx;

COMMIT;
