-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 2 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: safe.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 alter enum public.loan_status [safe]
ALTER TYPE public.loan_status ADD VALUE 'reserved' BEFORE 'lent';

COMMIT;

BEGIN;

-- 0002 alter enum public.loan_status [safe]
ALTER TYPE public.loan_status ADD VALUE 'overdue' BEFORE 'returned';

COMMIT;

BEGIN;

-- 0003 alter enum public.loan_status [safe]
ALTER TYPE public.loan_status ADD VALUE 'lost';

COMMIT;

BEGIN;

-- 0004 alter default public.loan.status [safe]
--      ! rows that say nothing of it get another value from the moment this commits
ALTER TABLE public.loan ALTER COLUMN status SET DEFAULT 'reserved'::public.loan_status;

COMMIT;
