-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 1 to alter, 4 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with none in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 replace index public.loan.loan_open [dangerous]
--      ! queries do without it until it is built anew
DROP INDEX public.loan_open;

-- 0002 replace default public.loan.past [safe]
ALTER TABLE public.loan ALTER COLUMN past DROP DEFAULT;

-- 0003 replace default public.loan.status [safe]
ALTER TABLE public.loan ALTER COLUMN status DROP DEFAULT;

-- 0004 replace view public.open_loan [caution]
DROP VIEW public.open_loan;

-- 0005 alter enum public.loan_status [dangerous]
--      ! every table with a column of this type is rewritten while it is locked
--      ! 'lost' goes; a row that has it stops this, unless `using` of its column says what becomes of it
ALTER TYPE public.loan_status RENAME TO loan_status__faberdb_old;

-- 0006 alter enum public.loan_status [safe]
CREATE TYPE public.loan_status AS ENUM ('lent', 'returned');

-- 0007 alter enum public.loan_status [dangerous]
ALTER TABLE public.loan ALTER COLUMN status TYPE public.loan_status USING status::text::public.loan_status;

-- 0008 alter enum public.loan_status [dangerous]
ALTER TABLE public.loan ALTER COLUMN past TYPE public.loan_status[] USING past::text[]::public.loan_status[];

-- 0009 alter enum public.loan_status [safe]
DROP TYPE public.loan_status__faberdb_old;

-- 0010 replace index public.loan.loan_open [dangerous]
--      ! writes to the table wait until the index is built
CREATE INDEX loan_open ON public.loan (id) WHERE (status <> 'returned'::public.loan_status);

-- 0011 replace default public.loan.past [safe]
ALTER TABLE public.loan ALTER COLUMN past SET DEFAULT '{}'::public.loan_status[];

-- 0012 replace default public.loan.status [safe]
ALTER TABLE public.loan ALTER COLUMN status SET DEFAULT 'lent'::public.loan_status;

-- 0013 replace view public.open_loan [safe]
CREATE VIEW public.open_loan AS
SELECT id,
    status
   FROM public.loan
  WHERE (status <> 'returned'::public.loan_status);

COMMIT;
