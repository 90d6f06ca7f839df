-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 2 to create, 1 to alter, 0 to replace, 2 to drop, 0 to rename. Risk: destructive.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 1 made-up row in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;
CREATE SCHEMA IF NOT EXISTS faberdb_quarantine;
REVOKE ALL ON SCHEMA faberdb_quarantine FROM PUBLIC;

BEGIN;

-- 0001 create column public.run.error_code [safe]
CREATE SCHEMA faberdb_quarantine_2;

-- 0002 create column public.run.error_code [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_2 FROM PUBLIC;

-- 0003 create column public.run.error_detail [safe]
ALTER TABLE public.run ADD COLUMN error_detail bytea;

-- 0004 create enum public.stage [safe]
CREATE TYPE public.stage AS ENUM ('new', 'done');

-- 0005 drop column public.run.error_code [dangerous]
LOCK TABLE public.run IN ACCESS EXCLUSIVE MODE;

-- 0006 drop column public.run.error_code [dangerous]
--      ! the values are copied to quarantine while the table is locked
CREATE TABLE faberdb_quarantine.q_1 AS SELECT row_number() OVER () AS id, id AS key_1, error_code AS value, state::text AS value_2, (state::text::public.stage)::text AS became_2 FROM public.run;

-- 0007 drop column public.run.error_code [safe]
ALTER TABLE faberdb_quarantine.q_1 ADD PRIMARY KEY (id);

-- 0008 drop column public.run.error_code [destructive]
--      ! queries that use it fail from the moment this commits
ALTER TABLE public.run DROP COLUMN error_code;

-- 0009 alter column public.run.state [dangerous]
--      ! a value that does not fit the new type stops it
--      ! prepared statements that return it fail until they are prepared anew
--      ! the table is rewritten while it is locked
ALTER TABLE public.run ALTER COLUMN state TYPE public.stage USING state::text::public.stage;

-- 0010 drop enum public.state [caution]
ALTER TYPE public.state SET SCHEMA faberdb_quarantine_2;

COMMIT;
