-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 1 to alter, 2 to replace, 0 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 replace view public.customer_names [caution]
--      ! queries get other rows or columns from the moment this commits
DROP VIEW public.customer_names;

-- 0002 alter column public.customer.name [caution]
--      ! prepared statements that return it fail until they are prepared anew
ALTER TABLE public.customer ALTER COLUMN name TYPE text USING name::text;

-- 0003 replace view public.customer_names [safe]
CREATE VIEW public.customer_names AS
SELECT name
   FROM public.customer;

-- 0004 replace grant on view public.customer_names.public [caution]
--      ! every role of the server can use this, also roles made later
GRANT SELECT ON TABLE public.customer_names TO PUBLIC;

COMMIT;
