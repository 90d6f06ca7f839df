-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 2 to create, 0 to alter, 0 to replace, 1 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 drop grant on table public.customer.public [dangerous]
--      ! whoever needs the privilege fails from the moment this commits
REVOKE SELECT ON TABLE public.customer FROM PUBLIC;

-- 0002 create grant on column public.customer.name.public [caution]
--      ! every role of the server can use this, also roles made later
GRANT SELECT (name) ON TABLE public.customer TO PUBLIC;

-- 0003 create grant on view public.customer_names.public [caution]
--      ! every role of the server can use this, also roles made later
GRANT SELECT ON TABLE public.customer_names TO PUBLIC;

COMMIT;
