-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 5 to create, 3 to alter, 0 to replace, 2 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create composite type public.spot [safe]
CREATE SCHEMA faberdb_quarantine_1;

-- 0002 create composite type public.spot [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_1 FROM PUBLIC;

-- 0003 create attribute public.dot.z [caution]
--      ! what reads or writes the type whole meets one value more from now on
ALTER TYPE public.dot ADD ATTRIBUTE z integer CASCADE;

-- 0004 alter table public.place [caution]
ALTER TABLE public.place NOT OF;

-- 0005 create column public.place.y [safe]
ALTER TABLE public.place ADD COLUMN y integer;

-- 0006 create column public.place.z [safe]
ALTER TABLE public.place ADD COLUMN z integer;

-- 0007 alter table public.place [caution]
ALTER TABLE public.place OF public.dot;

-- 0008 drop composite type public.spot [caution]
ALTER TYPE public.spot SET SCHEMA faberdb_quarantine_1;

-- 0009 create column public.spot_list.y [safe]
ALTER TABLE public.spot_list ADD COLUMN y integer;

-- 0010 create column public.spot_list.z [safe]
ALTER TABLE public.spot_list ADD COLUMN z integer;

-- 0011 alter table public.spot_list [caution]
ALTER TABLE public.spot_list OF public.dot;

COMMIT;
