-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 2 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with none in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create column public.customer.region [safe]
ALTER TABLE public.customer ADD COLUMN region text;

SET LOCAL search_path = "public";
-- 0002 create step set_region [dangerous]
--      ! table public.customer is read from end to end while writes wait
DO $faberdb$ BEGIN
  IF (select count(*) < 1000000 from customer) IS NOT TRUE THEN
    RAISE EXCEPTION USING MESSAGE = 'step set_region: what it `requires` does not hold',
      HINT = 'it was asked: select count(*) < 1000000 from customer';
  END IF;
END $faberdb$;

-- 0003 create step set_region [dangerous]
--      ! SQL of the project is run as it is written: what becomes of rows is not proven
--      ! it writes over values of rows, and what they were before is kept nowhere
--      ! table public.customer is read from end to end while writes wait
update customer set region = 'eu' where region is null;

-- 0004 create step set_region [dangerous]
--      ! table public.customer is read from end to end while writes wait
DO $faberdb$ BEGIN
  IF (select not exists (select from customer where region is null)) IS NOT TRUE THEN
    RAISE EXCEPTION USING MESSAGE = 'step set_region: what it `ensures` does not hold',
      HINT = 'it was asked: select not exists (select from customer where region is null)';
  END IF;
END $faberdb$;

-- 0005 create step set_region [safe]
DO $faberdb$ BEGIN
  IF to_regnamespace('faberdb') IS NULL THEN
    CREATE SCHEMA faberdb;
    REVOKE ALL ON SCHEMA faberdb FROM public;
  END IF;
  CREATE TYPE faberdb.step_set_region AS ENUM ();
  COMMENT ON TYPE faberdb.step_set_region IS '{"after": "column:public.customer.region", "digest": "a61e21b6c36f9a22487f0c46", "scope": ["public"], "undo": "update customer set region = null"}';
END $faberdb$;

COMMIT;
