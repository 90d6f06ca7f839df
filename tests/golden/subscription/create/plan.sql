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

-- 0001 create subscription "later one" [caution]
--      ! it is made without connecting: make its slot on the publisher, enable it, then run ALTER SUBSCRIPTION ... REFRESH PUBLICATION; before that nothing is replicated
--      ! the environment variable LATER_ONE_CONNECTION must be set when this is applied
CREATE SUBSCRIPTION "later one" CONNECTION '${LATER_ONE_CONNECTION}'
    PUBLICATION prices, "Stock"
    WITH (connect = false, slot_name = NONE);

-- 0002 create subscription shop_feed [caution]
--      ! it is made without connecting: make its slot on the publisher, enable it, then run ALTER SUBSCRIPTION ... REFRESH PUBLICATION; before that nothing is replicated
--      ! the environment variable SHOP_PUBLISHER must be set when this is applied
CREATE SUBSCRIPTION shop_feed CONNECTION '${SHOP_PUBLISHER}'
    PUBLICATION shop
    WITH (connect = false, slot_name = 'shop_feed', streaming = on, origin = none);

-- 0003 create subscription shop_feed [caution]
--      ! rows of the publisher are written here from the moment this commits
ALTER SUBSCRIPTION shop_feed ENABLE;

-- 0004 create owner on subscription "later one" [safe]
ALTER SUBSCRIPTION "later one" OWNER TO pg_monitor;

-- 0005 create comment on subscription shop_feed [safe]
COMMENT ON SUBSCRIPTION shop_feed IS 'What the shop in the north sells';

COMMIT;
