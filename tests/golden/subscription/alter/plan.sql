-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 2 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 alter subscription archive [caution]
ALTER SUBSCRIPTION archive SET (slot_name = 'archive', synchronous_commit = local, disable_on_error = false, password_required = true, run_as_owner = true);

-- 0002 alter subscription archive [caution]
--      ! rows of the publisher are written here from the moment this commits
ALTER SUBSCRIPTION archive ENABLE;

-- 0003 alter subscription feed [dangerous]
--      ! no row of the publisher arrives any more, and its slot keeps the log there
ALTER SUBSCRIPTION feed DISABLE;

-- 0004 alter subscription feed [caution]
--      ! tables come and go only with ALTER SUBSCRIPTION ... REFRESH PUBLICATION, which connects and which no plan runs
ALTER SUBSCRIPTION feed SET PUBLICATION shop, prices WITH (refresh = false);

-- 0005 alter subscription feed [caution]
--      ! the slot it used stays on the publisher and keeps the log there
ALTER SUBSCRIPTION feed SET (slot_name = NONE, binary = true);

COMMIT;
