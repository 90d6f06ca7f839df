-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 2 to create, 0 to alter, 0 to replace, 1 to drop, 0 to rename. Risk: destructive.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with none in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;
CREATE SCHEMA IF NOT EXISTS faberdb_quarantine;
REVOKE ALL ON SCHEMA faberdb_quarantine FROM PUBLIC;

BEGIN;

-- 0001 create column public.customer.given [safe]
ALTER TABLE public.customer ADD COLUMN given text;

SET LOCAL search_path = "public";
-- 0002 create step split_names [dangerous]
--      ! SQL of the project is run as it is written: what becomes of rows is not proven
--      ! it writes over values of rows, and what they were before is kept nowhere
--      ! it names no rows, so all of the table are written in one go
--      ! table public.customer is read from end to end while writes wait
update customer set given = split_part(name, ' ', 1);

-- 0003 create step split_names [dangerous]
--      ! SQL of the project is run as it is written: what becomes of rows is not proven
--      ! table public.customer is read from end to end while writes wait
select count(*) from customer where given = '';

-- 0004 create step split_names [safe]
DO $faberdb$ BEGIN
  IF to_regnamespace('faberdb') IS NULL THEN
    CREATE SCHEMA faberdb;
    REVOKE ALL ON SCHEMA faberdb FROM public;
  END IF;
  CREATE TYPE faberdb.step_split_names AS ENUM ();
  COMMENT ON TYPE faberdb.step_split_names IS '{"before": "column:public.customer.name", "digest": "ceb46c7d0d4cded123c301c0", "scope": ["public"], "undo": "update customer set given = null"}';
END $faberdb$;

SET LOCAL search_path = '';
-- 0005 drop column public.customer.name [dangerous]
LOCK TABLE public.customer IN ACCESS EXCLUSIVE MODE;

-- 0006 drop column public.customer.name [dangerous]
--      ! the values are copied to quarantine while the table is locked
CREATE TABLE faberdb_quarantine.q_1 AS SELECT row_number() OVER () AS id, id AS key_1, name AS value FROM public.customer;

-- 0007 drop column public.customer.name [safe]
ALTER TABLE faberdb_quarantine.q_1 ADD PRIMARY KEY (id);

-- 0008 drop column public.customer.name [destructive]
--      ! queries that use it fail from the moment this commits
ALTER TABLE public.customer DROP COLUMN name;

COMMIT;
