-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 0 to replace, 3 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 drop parameter privilege log_min_duration_statement.shop [dangerous]
--      ! whoever needs the privilege fails from the moment this commits
REVOKE SET ON PARAMETER log_min_duration_statement FROM shop;

-- 0002 drop role shop [dangerous]
--      ! whoever had something through it loses that from the moment this commits
--      ! undo: none for a password that it may have from when it could log in
DROP ROLE shop;

-- 0003 drop parameter privilege wal_compression.clerk [dangerous]
--      ! whoever needs the privilege fails from the moment this commits
REVOKE ALTER SYSTEM ON PARAMETER wal_compression FROM clerk;

COMMIT;
