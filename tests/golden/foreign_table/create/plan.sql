-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 5 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: safe.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create foreign table public.old_order [safe]
CREATE FOREIGN TABLE public.old_order (
    id bigint OPTIONS ("column" '1') NOT NULL,
    note text DEFAULT 'none'::text,
    CONSTRAINT positive CHECK ((id > 0))
) SERVER archive OPTIONS (path 'orders.csv');

-- 0002 create foreign table public.old_order [safe]
ALTER TABLE ONLY public.old_order ALTER COLUMN note SET STATISTICS 50;

COMMIT;
