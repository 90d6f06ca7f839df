-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 2 to create, 0 to alter, 1 to replace, 1 to drop, 0 to rename. Risk: destructive.
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

-- 0001 replace view public.names [dangerous]
--      ! queries that name name of it fail from the moment this commits
DROP VIEW public.names;

-- 0002 drop column public.person.name [dangerous]
LOCK TABLE public.person IN ACCESS EXCLUSIVE MODE;

-- 0003 drop column public.person.name [dangerous]
--      ! the values are copied to quarantine while the table is locked
CREATE TABLE faberdb_quarantine.q_1 AS SELECT row_number() OVER () AS id, id AS key_1, name AS value FROM public.person;

-- 0004 drop column public.person.name [safe]
ALTER TABLE faberdb_quarantine.q_1 ADD PRIMARY KEY (id);

-- 0005 drop column public.person.name [destructive]
--      ! queries that use it fail from the moment this commits
ALTER TABLE public.person DROP COLUMN name;

-- 0006 create column public.person.full_name [safe]
ALTER TABLE public.person ADD COLUMN full_name text DEFAULT ''::text CONSTRAINT person_name_not_null NOT NULL;

-- 0007 replace view public.names [safe]
CREATE VIEW public.names AS
SELECT full_name
   FROM public.person;

COMMIT;
