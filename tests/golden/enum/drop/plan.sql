-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 0 to replace, 2 to drop, 0 to rename. Risk: destructive.
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

-- 0001 create column public.shirt.size [safe]
CREATE SCHEMA faberdb_quarantine_2;

-- 0002 create column public.shirt.size [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_2 FROM PUBLIC;

-- 0003 drop column public.shirt.size [dangerous]
LOCK TABLE public.shirt IN ACCESS EXCLUSIVE MODE;

-- 0004 drop column public.shirt.size [dangerous]
--      ! the values are copied to quarantine while the table is locked
--      ! no key tells its rows apart: kept values come back by the content of the other columns, and to rows alike in all of them by their order in the file; exact as long as nobody writes to the table in between
CREATE TABLE faberdb_quarantine.q_1 AS SELECT row_number() OVER () AS id, md5(ROW(name)::text) AS digest, row_number() OVER (PARTITION BY md5(ROW(name)::text) ORDER BY tableoid, ctid) AS ordinal, size::text AS value FROM public.shirt;

-- 0005 drop column public.shirt.size [safe]
ALTER TABLE faberdb_quarantine.q_1 ADD PRIMARY KEY (id);

-- 0006 drop column public.shirt.size [destructive]
--      ! queries that use it fail from the moment this commits
ALTER TABLE public.shirt DROP COLUMN size;

-- 0007 drop enum public.size [caution]
ALTER TYPE public.size SET SCHEMA faberdb_quarantine_2;

COMMIT;
