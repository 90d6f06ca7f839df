-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 1 to alter, 0 to replace, 2 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;
CREATE SCHEMA IF NOT EXISTS faberdb_quarantine;
REVOKE ALL ON SCHEMA faberdb_quarantine FROM PUBLIC;

BEGIN;

-- 0001 create column public.customer.email [safe]
CREATE SCHEMA faberdb_quarantine_2;

-- 0002 create column public.customer.email [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_2 FROM PUBLIC;

-- 0003 alter column public.customer.email [dangerous]
LOCK TABLE public.customer IN ACCESS EXCLUSIVE MODE;

-- 0004 alter column public.customer.email [dangerous]
--      ! the values are copied to quarantine while the table is locked
--      ! no key tells its rows apart: kept values come back by the content of the other columns, and to rows alike in all of them by their order in the file; exact as long as nobody writes to the table in between
CREATE TABLE faberdb_quarantine.q_1 AS SELECT row_number() OVER () AS id, md5(ROW(id)::text) AS digest, row_number() OVER (PARTITION BY md5(ROW(id)::text) ORDER BY tableoid, ctid) AS ordinal, email::text AS value, email::text AS became FROM public.customer;

-- 0005 alter column public.customer.email [safe]
ALTER TABLE faberdb_quarantine.q_1 ADD PRIMARY KEY (id);

-- 0006 alter column public.customer.email [dangerous]
--      ! a value that does not fit the new type stops it
--      ! prepared statements that return it fail until they are prepared anew
ALTER TABLE public.customer ALTER COLUMN email TYPE text USING email::text;

-- 0007 drop domain public.email [caution]
ALTER DOMAIN public.email SET SCHEMA faberdb_quarantine_2;

COMMIT;
