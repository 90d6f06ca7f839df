-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 2 to alter, 0 to replace, 1 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 drop security label on column public.customer.email."Other one" [caution]
--      ! what the label kept from happening may happen from now on
SECURITY LABEL FOR "Other one" ON COLUMN public.customer.email IS NULL;

-- 0002 alter security label on column public.customer.email.watch [caution]
--      ! whether watch is loaded and takes the label shows only when this is applied
SECURITY LABEL FOR watch ON COLUMN public.customer.email IS 'hidden';

-- 0003 alter security label on table public.customer.watch [caution]
--      ! whether watch is loaded and takes the label shows only when this is applied
SECURITY LABEL FOR watch ON TABLE public.customer IS 'closed';

COMMIT;
