-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 0 to replace, 5 to drop, 0 to rename. Risk: destructive.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 1 made-up row in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create table public.place [safe]
CREATE SCHEMA faberdb_quarantine_1;

-- 0002 create table public.place [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_1 FROM PUBLIC;

-- 0003 create table public.place [safe]
CREATE SCHEMA faberdb_quarantine_2;

-- 0004 create table public.place [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_2 FROM PUBLIC;

-- 0005 drop foreign key public.visit.visit_region_fkey [caution]
--      ! rows that it kept out can be written from the moment this commits
--      ! table public.place and table public.place_north are locked for a moment too
ALTER TABLE public.visit DROP CONSTRAINT visit_region_fkey;

-- 0006 drop table public.place_north [dangerous]
--      ! queries on the parent wait for a moment, and no longer find the rows of the partition
ALTER TABLE public.place DETACH PARTITION public.place_north;

-- 0007 drop table public.place_north [destructive]
--      ! queries that use it fail from the moment this commits
ALTER TABLE public.place_north SET SCHEMA faberdb_quarantine_2;

-- 0008 drop table public.place [destructive]
--      ! queries that use it fail from the moment this commits
ALTER TABLE public.place SET SCHEMA faberdb_quarantine_1;

COMMIT;
