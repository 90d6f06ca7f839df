-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 5 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create collation public.plain [safe]
CREATE COLLATION public.plain (provider = libc, locale = 'C');

-- 0002 create comment on collation public.plain [safe]
COMMENT ON COLLATION public.plain IS 'Byte by byte';

-- 0003 create collation public.two [safe]
CREATE COLLATION public.two (provider = libc, lc_collate = 'C', lc_ctype = 'POSIX');

-- 0004 create column public.customer.name [safe]
ALTER TABLE public.customer ADD COLUMN name text COLLATE public.two;

-- 0005 create index public.customer.customer_name [dangerous]
--      ! writes to the table wait until the index is built
CREATE INDEX customer_name ON public.customer (name COLLATE public.plain);

COMMIT;
