-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 1 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

SET LOCAL search_path = "shop", "public";
-- 0001 create column shop.customer.region [safe]
ALTER TABLE shop.customer ADD COLUMN region text;

-- 0002 create column shop.customer.region [dangerous]
--      ! rows are filled by one UPDATE; the table stays locked until it is done
UPDATE shop.customer SET region = region_of(country);

-- 0003 create column shop.customer.region [dangerous]
--      ! the table is scanned while it is locked, and a row without a value stops it
ALTER TABLE shop.customer ALTER COLUMN region SET NOT NULL;

COMMIT;
