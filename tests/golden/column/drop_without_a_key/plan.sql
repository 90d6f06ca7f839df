-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 0 to replace, 1 to drop, 0 to rename. Risk: destructive.
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

-- 0001 drop column public.reading.unit [dangerous]
LOCK TABLE public.reading IN ACCESS EXCLUSIVE MODE;

-- 0002 drop column public.reading.unit [dangerous]
--      ! the values are copied to quarantine while the table is locked
--      ! no key tells its rows apart: kept values come back by the content of the other columns, and to rows alike in all of them by their order in the file; exact as long as nobody writes to the table in between
CREATE TABLE faberdb_quarantine.q_1 AS SELECT row_number() OVER () AS id, md5(ROW(at, value)::text) AS digest, row_number() OVER (PARTITION BY md5(ROW(at, value)::text) ORDER BY tableoid, ctid) AS ordinal, unit AS value FROM public.reading;

-- 0003 drop column public.reading.unit [safe]
ALTER TABLE faberdb_quarantine.q_1 ADD PRIMARY KEY (id);

-- 0004 drop column public.reading.unit [destructive]
--      ! queries that use it fail from the moment this commits
ALTER TABLE public.reading DROP COLUMN unit;

COMMIT;
