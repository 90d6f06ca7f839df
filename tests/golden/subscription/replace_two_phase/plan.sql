-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 1 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 replace subscription feed [dangerous]
--      ! the slot feed stays on the publisher and keeps the log there; drop it there if the subscription does not come back
ALTER SUBSCRIPTION feed SET (slot_name = NONE);

-- 0002 replace subscription feed [dangerous]
--      ! how far it had come and its connection are forgotten: no rollback brings the one back, and the other has to be given again
DROP SUBSCRIPTION feed;

-- 0003 replace subscription feed [caution]
--      ! it is made without connecting: make its slot on the publisher, enable it, then run ALTER SUBSCRIPTION ... REFRESH PUBLICATION; before that nothing is replicated
--      ! the environment variable PUBLISHER must be set when this is applied
CREATE SUBSCRIPTION feed CONNECTION '${PUBLISHER}'
    PUBLICATION shop
    WITH (connect = false, slot_name = 'feed', two_phase = true);

COMMIT;
