-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 3 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create index public.customer.customer_email_idx [dangerous]
--      ! writes to the table wait until the index is built
CREATE UNIQUE INDEX customer_email_idx ON public.customer (lower(email)) WHERE (status <> 'closed'::text);

-- 0002 create index public.customer.customer_joined_idx [dangerous]
--      ! writes to the table wait until the index is built
CREATE INDEX customer_joined_idx ON public.customer (joined DESC NULLS LAST, name) INCLUDE (status);

-- 0003 create index public.customer.customer_name_idx [dangerous]
--      ! writes to the table wait until the index is built
CREATE INDEX customer_name_idx ON public.customer (name text_pattern_ops);

COMMIT;
