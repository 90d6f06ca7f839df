-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 3 to alter, 2 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 13 made-up rows in 2 tables.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 alter enum public.status [safe]
ALTER TYPE public.status ADD VALUE 'packed' BEFORE 'paid';

COMMIT;

BEGIN;

-- 0002 replace foreign key public.item.item_purchase_fkey [caution]
--      ! table public.purchase is locked for a moment too
ALTER TABLE public.item DROP CONSTRAINT item_purchase_fkey;

-- 0003 alter column public.item.purchase_id [dangerous]
--      ! the table is rewritten while it is locked
--      ! prepared statements that return it fail until they are prepared anew
ALTER TABLE public.item ALTER COLUMN purchase_id TYPE bigint USING purchase_id::bigint;

-- 0004 replace view public.open_purchase [caution]
--      ! queries get other rows or columns from the moment this commits
DROP VIEW public.open_purchase;

-- 0005 alter column public.purchase.id [dangerous]
--      ! the table is rewritten while it is locked
--      ! prepared statements that return it fail until they are prepared anew
ALTER TABLE public.purchase ALTER COLUMN id TYPE bigint USING id::bigint;

-- 0006 replace foreign key public.item.item_purchase_fkey [dangerous]
--      ! writes to both tables wait while all rows are checked, and a row without its match stops it
--      ! no index begins with its columns: each DELETE from the other table, and each change of its key, reads this one
ALTER TABLE public.item ADD CONSTRAINT item_purchase_fkey FOREIGN KEY (purchase_id) REFERENCES public.purchase (id);

-- 0007 replace view public.open_purchase [safe]
CREATE VIEW public.open_purchase AS
SELECT status,
    id
   FROM public.purchase
  WHERE (status = 'open'::public.status);

COMMIT;
