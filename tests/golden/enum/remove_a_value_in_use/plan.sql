-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 1 to alter, 1 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 13 made-up rows in 2 tables.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;
CREATE SCHEMA IF NOT EXISTS faberdb_quarantine;
REVOKE ALL ON SCHEMA faberdb_quarantine FROM PUBLIC;

BEGIN;

-- 0001 replace default public.loan.status [safe]
ALTER TABLE public.loan ALTER COLUMN status DROP DEFAULT;

-- 0002 alter enum public.loan_status [dangerous]
--      ! every table with a column of this type is rewritten while it is locked
--      ! 'lost' goes; `using` says what becomes of rows that have it, and one that it leaves so stops this
--      ! it looks as if the value 'lost' were only renamed; then declare it so: { value = "gone", renamed_from = "lost" }
ALTER TYPE public.loan_status RENAME TO loan_status__faberdb_old;

-- 0003 alter enum public.loan_status [safe]
CREATE TYPE public.loan_status AS ENUM ('lent', 'gone', 'returned');

-- 0004 alter enum public.loan_status [safe]
CREATE CAST (public.loan_status__faberdb_old AS public.loan_status) WITH INOUT;

SET LOCAL search_path = "public";
-- 0005 alter enum public.loan_status [dangerous]
LOCK TABLE public.loan IN ACCESS EXCLUSIVE MODE;

-- 0006 alter enum public.loan_status [dangerous]
--      ! the values are copied to quarantine while the table is locked
CREATE TABLE faberdb_quarantine.q_1_1 AS SELECT row_number() OVER () AS id, id AS key_1, (status)::text AS value, ((case status when 'lost' then 'gone' else status::loan_status end)::text)::text AS became FROM public.loan;

-- 0007 alter enum public.loan_status [safe]
ALTER TABLE faberdb_quarantine.q_1_1 ADD PRIMARY KEY (id);

-- 0008 alter enum public.loan_status [dangerous]
--      ! table public.visit is locked for a moment too
LOCK TABLE public.visit IN ACCESS EXCLUSIVE MODE;

-- 0009 alter enum public.loan_status [dangerous]
--      ! the values are copied to quarantine while the table is locked
--      ! no key tells its rows apart: kept values come back by the content of the other columns, and to rows alike in all of them by their order in the file; exact as long as nobody writes to the table in between
CREATE TABLE faberdb_quarantine.q_1_2 AS SELECT row_number() OVER () AS id, md5(ROW(day)::text) AS digest, row_number() OVER (PARTITION BY md5(ROW(day)::text) ORDER BY tableoid, ctid) AS ordinal, (past)::text AS value, ((array_remove(past, 'lost'))::text[])::text AS became FROM public.visit;

-- 0010 alter enum public.loan_status [safe]
ALTER TABLE faberdb_quarantine.q_1_2 ADD PRIMARY KEY (id);

-- 0011 alter enum public.loan_status [dangerous]
ALTER TABLE public.loan ALTER COLUMN status TYPE public.loan_status USING (case status when 'lost' then 'gone' else status::loan_status end)::text::public.loan_status;

-- 0012 alter enum public.loan_status [dangerous]
ALTER TABLE public.visit ALTER COLUMN past TYPE public.loan_status[] USING (array_remove(past, 'lost'))::text[]::public.loan_status[];

SET LOCAL search_path = '';
-- 0013 alter enum public.loan_status [safe]
DROP CAST (public.loan_status__faberdb_old AS public.loan_status);

-- 0014 alter enum public.loan_status [safe]
DROP TYPE public.loan_status__faberdb_old;

-- 0015 replace default public.loan.status [safe]
ALTER TABLE public.loan ALTER COLUMN status SET DEFAULT 'lent'::public.loan_status;

COMMIT;
