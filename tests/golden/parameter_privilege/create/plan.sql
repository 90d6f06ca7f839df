-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 4 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create role "Night Job" [safe]
CREATE ROLE "Night Job";

-- 0002 create parameter privilege log_min_duration_statement.shop [safe]
GRANT SET ON PARAMETER log_min_duration_statement TO shop;

-- 0003 create parameter privilege "shop.region".public [caution]
--      ! every role of the server can use this, also roles made later
GRANT ALL ON PARAMETER shop.region TO PUBLIC;

-- 0004 create parameter privilege wal_compression."Night Job" [safe]
GRANT ALTER SYSTEM ON PARAMETER wal_compression TO "Night Job";

-- 0005 create parameter privilege wal_compression."Night Job" [safe]
GRANT SET ON PARAMETER wal_compression TO "Night Job" WITH GRANT OPTION;

COMMIT;
