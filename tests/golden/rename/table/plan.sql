-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 2 to alter, 0 to replace, 0 to drop, 2 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 rename table public.client [dangerous]
--      ! queries that use the old name fail from the moment this commits
ALTER TABLE public.customer RENAME TO client;

-- 0002 rename primary key public.client.client_pkey [caution]
ALTER TABLE public.client RENAME CONSTRAINT customer_pkey TO client_pkey;

-- 0003 alter column public.client.id [safe]
ALTER TABLE public.client RENAME CONSTRAINT customer_id_not_null TO client_id_not_null;

-- 0004 alter column public.client.id [caution]
ALTER SEQUENCE public.customer_id_seq RENAME TO client_id_seq;

-- 0005 alter column public.client.name [safe]
ALTER TABLE public.client RENAME CONSTRAINT customer_name_not_null TO client_name_not_null;

COMMIT;
