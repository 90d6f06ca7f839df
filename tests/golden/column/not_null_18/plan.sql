-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 1 to create, 3 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 alter column public.t.a [caution]
ALTER TABLE public.t VALIDATE CONSTRAINT t_a_not_null;

-- 0002 alter column public.t.b [caution]
ALTER TABLE public.t ALTER CONSTRAINT t_b_not_null INHERIT;

-- 0003 alter column public.t.c [caution]
ALTER TABLE public.t DROP CONSTRAINT t_c_not_null;

-- 0004 alter column public.t.c [caution]
ALTER TABLE public.t ADD CONSTRAINT t_c_given NOT NULL c NO INHERIT NOT VALID;

-- 0005 create column public.t.d [dangerous]
--      ! fails if the table has rows, which have no value for it
ALTER TABLE public.t ADD COLUMN d integer;

-- 0006 create column public.t.d [caution]
ALTER TABLE public.t ADD CONSTRAINT t_d_not_null NOT NULL d NOT VALID;

COMMIT;
