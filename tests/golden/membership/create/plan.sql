-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 5 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create role boss [safe]
CREATE ROLE boss;

-- 0002 create role clerk [safe]
CREATE ROLE clerk;

-- 0003 create membership boss.clerk [caution]
--      ! the member may make any other role a member, also itself with every option
GRANT clerk TO boss WITH ADMIN TRUE, INHERIT TRUE;

-- 0004 create membership clerk.pg_monitor [caution]
--      ! the member may make any other role a member, also itself with every option
GRANT pg_monitor TO clerk WITH ADMIN TRUE, INHERIT TRUE;

-- 0005 create membership clerk.reader [safe]
GRANT reader TO clerk WITH INHERIT TRUE;

COMMIT;
