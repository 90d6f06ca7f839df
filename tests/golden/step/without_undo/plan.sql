-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 1 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: destructive.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with none in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

SET LOCAL search_path = "public";
-- 0001 create step shout [destructive]
--      ! SQL of the project is run as it is written: what becomes of rows is not proven
--      ! it writes over values of rows, and what they were before is kept nowhere
--      ! undo: none (the step says no `undo`, so a rollback leaves what it did, and that it was done)
update customer set name = upper(name) where name <> upper(name);

-- 0002 create step shout [safe]
DO $faberdb$ BEGIN
  IF to_regnamespace('faberdb') IS NULL THEN
    CREATE SCHEMA faberdb;
    REVOKE ALL ON SCHEMA faberdb FROM public;
  END IF;
  CREATE TYPE faberdb.step_shout AS ENUM ();
  COMMENT ON TYPE faberdb.step_shout IS '{"digest": "8b068e9c1fe2df2e6d94719d"}';
END $faberdb$;

COMMIT;
