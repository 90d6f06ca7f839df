-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 1 to alter, 2 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 9 made-up rows in 2 tables.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 replace foreign key public.offer.offer_shelf_fkey [caution]
--      ! table public.high, table public.low and table public.shelf are locked for a moment too
ALTER TABLE public.offer DROP CONSTRAINT offer_shelf_fkey;

-- 0002 alter table public.high [dangerous]
--      ! queries on the parent wait for a moment, and no longer find the rows of the partition
ALTER TABLE public.shelf DETACH PARTITION public.high;

-- 0003 alter table public.high [dangerous]
--      ! the table is locked while all its rows are checked
ALTER TABLE public.shelf ATTACH PARTITION public.high FOR VALUES FROM (10) TO (30);

-- 0004 replace foreign key public.offer.offer_shelf_fkey [dangerous]
--      ! writes to both tables wait while all rows are checked, and a row without its match stops it
--      ! no index begins with its columns: each DELETE from the other table, and each change of its key, reads this one
ALTER TABLE public.offer ADD CONSTRAINT offer_shelf_fkey FOREIGN KEY (shelf) REFERENCES public.shelf (id);

-- 0005 replace comment on foreign key public.offer.offer_shelf_fkey [safe]
COMMENT ON CONSTRAINT offer_shelf_fkey ON public.offer IS 'stays';

COMMIT;
