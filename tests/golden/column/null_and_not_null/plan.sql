-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 2 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';

BEGIN;

-- 0001 alter column public.customer.email [caution]
ALTER TABLE public.customer ALTER COLUMN email DROP NOT NULL;

-- 0002 alter column public.customer.name [dangerous]
UPDATE public.customer SET name = 'unknown' WHERE name IS NULL;

-- 0003 alter column public.customer.name [dangerous]
--      ! the table is scanned while it is locked, and a row without a value stops it
ALTER TABLE public.customer ALTER COLUMN name SET NOT NULL;

COMMIT;
