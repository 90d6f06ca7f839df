-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 0 to replace, 4 to drop, 0 to rename. Risk: destructive.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create table public.sale [safe]
CREATE SCHEMA faberdb_quarantine_1;

-- 0002 create table public.sale [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_1 FROM PUBLIC;

-- 0003 drop primary key public.sale.sale_pkey [caution]
--      ! rows that it kept out can be written from the moment this commits
ALTER TABLE public.sale DROP CONSTRAINT sale_pkey;

-- 0004 drop table public.sale [dangerous]
--      ! all of it is copied to the other place under a lock that keeps everybody out
DO $faberdb$ BEGIN EXECUTE format('ALTER TABLE public.sale SET TABLESPACE %I',
    (SELECT spcname FROM pg_tablespace s JOIN pg_database d ON d.dattablespace = s.oid WHERE d.datname = current_database())); END $faberdb$;

-- 0005 drop table public.sale [destructive]
--      ! queries that use it fail from the moment this commits
ALTER TABLE public.sale SET SCHEMA faberdb_quarantine_1;

COMMIT;

-- cannot run inside a transaction

-- 0006 drop tablespace fast [dangerous]
--      ! it cannot be dropped as long as anything stands in it, in whichever database
DROP TABLESPACE fast;
