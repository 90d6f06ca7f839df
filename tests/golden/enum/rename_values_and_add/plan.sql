-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 1 to alter, 0 to replace, 0 to drop, 2 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 rename enum public.loan_status [dangerous]
--      ! queries that use the old name fail from the moment this commits
ALTER TYPE public.status RENAME TO loan_status;

-- 0002 rename enum public.loan_status [dangerous]
--      ! what writes or asks for the old value fails from the moment this commits
ALTER TYPE public.loan_status RENAME VALUE 'late' TO 'overdue';

-- 0003 rename enum public.loan_status [dangerous]
--      ! what writes or asks for the old value fails from the moment this commits
ALTER TYPE public.loan_status RENAME VALUE 'returned' TO 'back';

COMMIT;

BEGIN;

-- 0004 alter enum public.loan_status [safe]
ALTER TYPE public.loan_status ADD VALUE 'new' BEFORE 'lent';

COMMIT;

BEGIN;

-- 0005 alter enum public.loan_status [safe]
ALTER TYPE public.loan_status ADD VALUE 'lost' BEFORE 'back';

COMMIT;

BEGIN;

-- 0006 alter enum public.loan_status [caution]
--      ! it is new: its renamed_from says 'never there', which is no value here
ALTER TYPE public.loan_status ADD VALUE 'checked';

COMMIT;
