-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 1 to alter, 1 to replace, 0 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 alter enum public.state [safe]
ALTER TYPE public.state ADD VALUE 'broken';

COMMIT;

BEGIN;

-- 0002 replace cast "text as public.state" [caution]
DROP CAST (text AS public.state);

-- 0003 replace cast "text as public.state" [caution]
CREATE CAST (text AS public.state) WITH INOUT AS IMPLICIT;

COMMIT;
