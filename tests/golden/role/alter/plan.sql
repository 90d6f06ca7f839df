-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 2 to alter, 0 to replace, 1 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 drop comment on role night_job [safe]
COMMENT ON ROLE night_job IS NULL;

-- 0002 alter role night_job [caution]
--      ! from now on it can be logged in as, with the password it may have from before or where none is asked
ALTER ROLE night_job LOGIN VALID UNTIL '2030-06-30 00:00:00+00';

-- 0003 alter role night_job [caution]
--      ! sessions that are open keep what they have; it counts from the next login on
ALTER ROLE night_job SET role TO 'shop';

-- 0004 alter role shop [dangerous]
--      ! replication: that holds in every database of the server, whatever its privileges are
--      ! it loses createdb; whoever relies on that fails, in every database of the server
ALTER ROLE shop NOCREATEDB REPLICATION CONNECTION LIMIT 40;

-- 0005 alter role shop [caution]
--      ! sessions that are open keep what they have; it counts from the next login on
ALTER ROLE shop SET lock_timeout TO '1s';

-- 0006 alter role shop [caution]
--      ! sessions that are open keep what they have; it counts from the next login on
ALTER ROLE shop RESET search_path;

-- 0007 alter role shop [caution]
--      ! sessions that are open keep what they have; it counts from the next login on
ALTER ROLE shop SET statement_timeout TO '10s';

-- 0008 alter role shop [caution]
--      ! sessions that are open keep what they have; it counts from the next login on
DO $faberdb$ BEGIN EXECUTE format('ALTER ROLE shop IN DATABASE %I SET work_mem TO ''32MB''', current_database()); END $faberdb$;

COMMIT;
