-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 2 to create, 0 to alter, 0 to replace, 1 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create privilege "function pg_catalog.pg_sleep(double precision) to public" [dangerous]
--      ! whoever needs the privilege fails from the moment this commits
REVOKE ALL ON FUNCTION pg_catalog.pg_sleep(double precision) FROM PUBLIC;

-- 0002 drop privilege "language sql to pg_monitor" [dangerous]
--      ! whoever needs the privilege fails from the moment this commits
REVOKE ALL ON LANGUAGE sql FROM pg_monitor;

-- 0003 create privilege "language sql to public" [dangerous]
--      ! whoever needs the privilege fails from the moment this commits
REVOKE ALL ON LANGUAGE sql FROM PUBLIC;

COMMIT;
