-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 2 to create, 0 to alter, 0 to replace, 8 to drop, 0 to rename. Risk: destructive.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create collation public.plain [safe]
CREATE SCHEMA faberdb_quarantine_1;

-- 0002 create collation public.plain [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_1 FROM PUBLIC;

-- 0003 create collation public.plain [safe]
CREATE SCHEMA faberdb_quarantine_2;

-- 0004 create collation public.plain [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_2 FROM PUBLIC;

-- 0005 create collation public.plain [safe]
CREATE SCHEMA faberdb_quarantine_3;

-- 0006 create collation public.plain [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_3 FROM PUBLIC;

-- 0007 create collation public.plain [safe]
CREATE SCHEMA faberdb_quarantine_4;

-- 0008 create collation public.plain [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_4 FROM PUBLIC;

-- 0009 create table public.house [safe]
CREATE TABLE public.house (
    id integer NOT NULL
);

-- 0010 drop table public.room [destructive]
--      ! queries that use it fail from the moment this commits
ALTER TABLE public.room SET SCHEMA faberdb_quarantine_3;

-- 0011 drop composite type public.pair [caution]
ALTER TYPE public.pair SET SCHEMA faberdb_quarantine_2;

-- 0012 drop collation public.plain [caution]
ALTER COLLATION public.plain SET SCHEMA faberdb_quarantine_1;

-- 0013 drop text search configuration public.site [caution]
ALTER TEXT SEARCH CONFIGURATION public.site SET SCHEMA faberdb_quarantine_4;

COMMIT;
