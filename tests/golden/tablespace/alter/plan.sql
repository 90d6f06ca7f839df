-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 2 to create, 1 to alter, 0 to replace, 1 to drop, 1 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 rename tablespace quick [caution]
--      ! settings that name it (default_tablespace) fall back to the usual one
ALTER TABLESPACE fast RENAME TO quick;

-- 0002 drop grant on tablespace quick.shop [dangerous]
--      ! whoever needs the privilege fails from the moment this commits
REVOKE ALL ON TABLESPACE quick FROM shop;

-- 0003 alter tablespace quick [caution]
ALTER TABLESPACE quick SET (random_page_cost=1.2);

-- 0004 alter tablespace quick [caution]
ALTER TABLESPACE quick RESET (seq_page_cost);

-- 0005 create comment on tablespace quick [safe]
COMMENT ON TABLESPACE quick IS 'On the new disks';

-- 0006 create owner on tablespace quick [dangerous]
--      ! the role that owned it loses an owner's rights; views, and functions with its rights, run with the new owner's
ALTER TABLESPACE quick OWNER TO shop;

COMMIT;
