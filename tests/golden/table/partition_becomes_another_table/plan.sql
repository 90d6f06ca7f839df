-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 2 to create, 0 to alter, 1 to replace, 0 to drop, 0 to rename. Risk: destructive.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create table public.readings_3 [safe]
CREATE SCHEMA faberdb_quarantine_1;

-- 0002 create table public.readings_3 [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_1 FROM PUBLIC;

-- 0003 replace table public.readings_3 [dangerous]
--      ! queries on the parent wait for a moment, and no longer find the rows of the partition
ALTER TABLE public.readings DETACH PARTITION public.readings_3;

-- 0004 replace table public.readings_3 [destructive]
ALTER TABLE public.readings_3 SET SCHEMA faberdb_quarantine_1;

-- 0005 replace table public.readings_3 [safe]
CREATE TABLE public.readings_3 (
    station integer NOT NULL,
    kelvin numeric
);

-- 0006 replace table public.readings_3 [dangerous]
--      ! its rows are copied while it is locked, and keep the values of columns that it still has; a rollback brings back the rows as they are now, and those written since stay in quarantine
INSERT INTO public.readings_3 (station) SELECT station FROM ONLY faberdb_quarantine_1.readings_3;

COMMIT;
