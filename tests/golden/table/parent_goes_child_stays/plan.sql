-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 1 to alter, 0 to replace, 3 to drop, 0 to rename. Risk: destructive.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 12 made-up rows in 2 tables.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create table public.thing [safe]
CREATE SCHEMA faberdb_quarantine_1;

-- 0002 create table public.thing [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_1 FROM PUBLIC;

-- 0003 alter table public.book [dangerous]
--      ! queries on the parent wait for a moment, and no longer find the rows of the child
ALTER TABLE public.book NO INHERIT public.thing;

-- 0004 drop table public.thing [destructive]
--      ! queries that use it fail from the moment this commits
ALTER TABLE public.thing SET SCHEMA faberdb_quarantine_1;

COMMIT;
