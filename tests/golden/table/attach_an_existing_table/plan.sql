-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 1 to alter, 0 to replace, 4 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 1 made-up row in 1 table and none in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 alter table public.orders_2021 [safe]
ALTER TABLE public.orders_2021 RENAME CONSTRAINT orders_2021_id_not_null TO orders_id_not_null;

-- 0002 alter table public.orders_2021 [safe]
ALTER TABLE public.orders_2021 RENAME CONSTRAINT orders_2021_placed_not_null TO orders_placed_not_null;

-- 0003 alter table public.orders_2021 [dangerous]
--      ! the table is locked while all rows are checked
ALTER TABLE public.orders_2021 ADD CONSTRAINT positive CHECK ((id > 0));

-- 0004 alter table public.orders_2021 [dangerous]
--      ! the table is locked while all its rows are checked
ALTER TABLE public.orders ATTACH PARTITION public.orders_2021 FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');

-- 0005 alter table public.orders_2021 [safe]
ALTER TABLE public.orders_2021 ALTER COLUMN note SET DEFAULT 'none'::text;

COMMIT;
