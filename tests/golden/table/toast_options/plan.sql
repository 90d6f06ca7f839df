-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 2 to create, 3 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 alter table public.big [caution]
ALTER TABLE public.big RESET (toast.autovacuum_vacuum_threshold);

-- 0002 alter table public.document [caution]
ALTER TABLE public.document SET (fillfactor=80, toast.autovacuum_enabled=true, toast.vacuum_truncate=false);

-- 0003 alter table public.log [caution]
ALTER TABLE public.log SET (toast.autovacuum_enabled=false);

-- 0004 create column public.log.text [safe]
ALTER TABLE public.log ADD COLUMN text text;

-- 0005 create column public.log.text [caution]
ALTER TABLE public.log SET (toast.autovacuum_enabled=false);

-- 0006 create materialized view public.titles [caution]
CREATE MATERIALIZED VIEW public.titles WITH (toast.autovacuum_enabled=false) AS
SELECT id,
    text
   FROM public.document;

COMMIT;
