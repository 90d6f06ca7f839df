-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 2 to alter, 0 to replace, 0 to drop, 2 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 rename enum public.temper [dangerous]
--      ! queries that use the old name fail from the moment this commits
ALTER TYPE public.mood RENAME TO temper;

-- 0002 rename table public.request [dangerous]
--      ! queries that use the old name fail from the moment this commits
ALTER TABLE public.ticket RENAME TO request;

-- 0003 alter owner on enum public.temper [dangerous]
--      ! the role that owned it loses an owner's rights; views, and functions with its rights, run with the new owner's
ALTER TYPE public.temper OWNER TO pg_read_all_settings;

-- 0004 alter column public.request.id [safe]
ALTER TABLE public.request RENAME CONSTRAINT ticket_id_not_null TO request_id_not_null;

COMMIT;
