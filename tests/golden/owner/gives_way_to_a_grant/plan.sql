-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 1 to create, 0 to alter, 0 to replace, 1 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 drop owner on table public.ticket [dangerous]
--      ! the role that owned it loses an owner's rights; views, and functions with its rights, run with the new owner's
--      ! table public.ticket is locked for a moment too
DO $faberdb$ BEGIN EXECUTE format('ALTER TABLE public.ticket OWNER TO %1$I',
    (SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database())); END $faberdb$;

-- 0002 create grant on table public.ticket.pg_monitor [safe]
GRANT SELECT ON TABLE public.ticket TO pg_monitor;

COMMIT;
