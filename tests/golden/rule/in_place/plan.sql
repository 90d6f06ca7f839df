-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 2 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 alter rule public.customer.kept [caution]
--      ! statements on the table do something else from now on; prepared ones are planned anew
ALTER TABLE public.customer ENABLE REPLICA RULE kept;

-- 0002 alter rule public.customer.logged [caution]
--      ! statements on the table do something else from now on; prepared ones are planned anew
CREATE OR REPLACE RULE logged AS
    ON UPDATE TO public.customer DO ALSO
INSERT INTO public.log (what)
  VALUES (old.email);

COMMIT;
