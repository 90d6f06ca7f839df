-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 1 to create, 2 to alter, 2 to replace, 1 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 drop default public.editable.city [safe]
ALTER VIEW public.editable ALTER COLUMN city DROP DEFAULT;

-- 0002 alter default public.editable.name [safe]
--      ! rows that say nothing of it get another value from the moment this commits
ALTER VIEW public.editable ALTER COLUMN name SET DEFAULT 'somebody'::text;

-- 0003 alter view public.more [caution]
--      ! queries get other rows or columns from the moment this commits
CREATE OR REPLACE VIEW public.more AS
SELECT id,
    name
   FROM public.customer;

-- 0004 create default public.more.name [safe]
ALTER VIEW public.more ALTER COLUMN name SET DEFAULT 'one more'::text;

-- 0005 replace view public.other [caution]
--      ! queries get other rows or columns from the moment this commits
DROP VIEW public.other;

-- 0006 replace view public.other [safe]
CREATE VIEW public.other AS
SELECT name,
    id
   FROM public.customer;

-- 0007 replace default public.other.name [safe]
ALTER VIEW public.other ALTER COLUMN name SET DEFAULT 'nobody'::text;

COMMIT;
