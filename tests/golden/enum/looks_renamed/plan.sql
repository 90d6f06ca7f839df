-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 1 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with none in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 alter enum public.status [dangerous]
--      ! every table with a column of this type is rewritten while it is locked
--      ! 'late' goes; a row that has it stops this, unless `using` of its column says what becomes of it
--      ! it looks as if the value 'late' were only renamed; then declare it so: { value = "overdue", renamed_from = "late" }
ALTER TYPE public.status RENAME TO status__faberdb_old;

-- 0002 alter enum public.status [safe]
CREATE TYPE public.status AS ENUM ('lent', 'overdue', 'returned');

-- 0003 alter enum public.status [dangerous]
ALTER TABLE public.loan ALTER COLUMN status TYPE public.status USING status::text::public.status;

-- 0004 alter enum public.status [safe]
DROP TYPE public.status__faberdb_old;

COMMIT;
