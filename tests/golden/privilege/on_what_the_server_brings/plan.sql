-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 3 to create, 1 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create privilege "column pg_catalog.pg_statistic.stawidth to public" [caution]
--      ! every role of the server can use this, also roles made later
GRANT SELECT (stawidth) ON TABLE pg_catalog.pg_statistic TO PUBLIC;

-- 0002 alter privilege "function pg_catalog.pg_stat_reset() to pg_monitor" [safe]
GRANT ALL ON FUNCTION pg_catalog.pg_stat_reset() TO pg_monitor WITH GRANT OPTION;

-- 0003 create privilege "schema pg_catalog to pg_monitor" [safe]
GRANT USAGE ON SCHEMA pg_catalog TO pg_monitor;

-- 0004 create privilege "table pg_catalog.pg_authid to pg_monitor" [safe]
GRANT SELECT ON TABLE pg_catalog.pg_authid TO pg_monitor;

COMMIT;
