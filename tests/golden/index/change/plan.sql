-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 2 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 replace index public.customer.customer_email_idx [dangerous]
--      ! queries do without it until it is built anew
DROP INDEX public.customer_email_idx;

-- 0002 replace index public.customer.customer_email_idx [dangerous]
--      ! writes to the table wait until the index is built
CREATE INDEX customer_email_idx ON public.customer (lower(email));

-- 0003 replace comment on index public.customer.customer_email_idx [safe]
COMMENT ON INDEX public.customer_email_idx IS 'For the login';

COMMIT;
