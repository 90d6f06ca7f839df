-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 3 to create, 1 to alter, 0 to replace, 2 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 20 made-up rows in 3 tables.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create column public.event_1.note [safe]
ALTER TABLE public.event_1 ALTER COLUMN note SET DEFAULT 'one'::text;

-- 0002 drop column public.event_2.body [caution]
ALTER TABLE public.event_2 ALTER COLUMN body SET COMPRESSION default;

-- 0003 alter column public.event.body [caution]
ALTER TABLE public.event ALTER COLUMN body SET COMPRESSION default;

-- 0004 alter column public.event.body [caution]
ALTER TABLE public.event_1 ALTER COLUMN body SET COMPRESSION default;

-- 0005 drop column public.event_2.note [safe]
ALTER TABLE public.event_2 ALTER COLUMN note SET DEFAULT 'none'::text;

-- 0006 create column public.event_3.body [caution]
ALTER TABLE public.event_3 ALTER COLUMN body SET COMPRESSION pglz;

COMMIT;
