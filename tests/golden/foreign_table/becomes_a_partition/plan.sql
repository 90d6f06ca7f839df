-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 1 to alter, 0 to replace, 2 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 alter foreign table public.old_order [safe]
ALTER TABLE public.old_order RENAME CONSTRAINT old_order_id_not_null TO orders_id_not_null;

-- 0002 alter foreign table public.old_order [safe]
ALTER TABLE public.old_order RENAME CONSTRAINT old_order_placed_not_null TO orders_placed_not_null;

-- 0003 alter foreign table public.old_order [caution]
ALTER TABLE public.orders ATTACH PARTITION public.old_order FOR VALUES FROM ('2000-01-01') TO ('2010-01-01');

COMMIT;
