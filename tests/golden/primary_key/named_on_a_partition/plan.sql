-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 1 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: safe.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create primary key public.orders_2020.key_2020 [safe]
DO $faberdb$ BEGIN EXECUTE coalesce((SELECT format('ALTER INDEX %s RENAME TO key_2020', x.indexrelid::regclass)
    FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_index x ON x.indexrelid = i.inhrelid
    JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid AND c.relname <> 'key_2020'
    WHERE i.inhparent = 'public.orders_pkey'::regclass AND x.indrelid = 'public.orders_2020'::regclass), 'SELECT'); END $faberdb$;

COMMIT;
