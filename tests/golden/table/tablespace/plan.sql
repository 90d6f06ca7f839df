-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 1 to create, 4 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 12 made-up rows in 2 tables.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 alter table public.customer [dangerous]
--      ! all of it is copied to the other place under a lock that keeps everybody out
ALTER TABLE public.customer SET TABLESPACE fast;

-- 0002 alter primary key public.customer.customer_pkey [dangerous]
--      ! index public.customer_pkey is built anew while writes wait
DO $faberdb$ BEGIN EXECUTE format('ALTER INDEX public.customer_pkey SET TABLESPACE %I',
    (SELECT spcname FROM pg_tablespace s JOIN pg_database d ON d.dattablespace = s.oid WHERE d.datname = current_database())); END $faberdb$;

-- 0003 alter table public.event [safe]
ALTER TABLE public.event SET TABLESPACE slow;

-- 0004 create materialized view public.mail [dangerous]
--      ! table public.customer is read from end to end while writes wait
CREATE MATERIALIZED VIEW public.mail TABLESPACE fast AS
SELECT email
   FROM public.customer;

-- 0005 alter table public.note [dangerous]
--      ! all of it is copied to the other place under a lock that keeps everybody out
DO $faberdb$ BEGIN EXECUTE format('ALTER TABLE public.note SET TABLESPACE %I',
    (SELECT spcname FROM pg_tablespace s JOIN pg_database d ON d.dattablespace = s.oid WHERE d.datname = current_database())); END $faberdb$;

COMMIT;
