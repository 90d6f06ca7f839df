-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 3 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 replace view public.customer_names [caution]
DROP VIEW public.customer_names;

-- 0002 replace view public.short_customer [dangerous]
--      ! queries that name id of it fail from the moment this commits
DROP VIEW public.short_customer;

-- 0003 replace view public.short_customer [safe]
CREATE VIEW public.short_customer AS
SELECT name,
    id AS number
   FROM public.customer;

-- 0004 replace view public.customer_names [safe]
CREATE VIEW public.customer_names AS
SELECT name
   FROM public.short_customer;

-- 0005 replace comment on view public.customer_names [safe]
COMMENT ON VIEW public.customer_names IS 'For the mailing';

COMMIT;
