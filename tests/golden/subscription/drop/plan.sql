-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 0 to replace, 2 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 drop subscription feed [dangerous]
--      ! no row of the publisher arrives any more, and its slot keeps the log there
ALTER SUBSCRIPTION feed DISABLE;

-- 0002 drop subscription feed [dangerous]
--      ! the slot feed stays on the publisher and keeps the log there; drop it there if the subscription does not come back
ALTER SUBSCRIPTION feed SET (slot_name = NONE);

-- 0003 drop subscription feed [dangerous]
--      ! how far it had come and its connection are forgotten: no rollback brings the one back, and the other has to be given again
DROP SUBSCRIPTION feed;

COMMIT;
