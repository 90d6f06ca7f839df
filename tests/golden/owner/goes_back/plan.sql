-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 1 to create, 1 to alter, 0 to replace, 3 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 drop owner on table desk.ticket [dangerous]
--      ! the role that owned it loses an owner's rights; views, and functions with its rights, run with the new owner's
--      ! table desk.ticket is locked for a moment too
DO $faberdb$ BEGIN EXECUTE format('ALTER TABLE desk.ticket OWNER TO %1$I',
    (SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database())); END $faberdb$;

-- 0002 alter sequence desk.counter [safe]
DO $faberdb$ BEGIN EXECUTE format('ALTER SEQUENCE desk.counter OWNER TO %1$I',
    (SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database())); END $faberdb$;

-- 0003 alter sequence desk.counter [safe]
ALTER SEQUENCE desk.counter OWNED BY desk.ticket.id;

-- 0004 drop owner on schema desk [dangerous]
--      ! the role that owned it loses an owner's rights; views, and functions with its rights, run with the new owner's
DO $faberdb$ BEGIN EXECUTE format('ALTER SCHEMA desk OWNER TO %1$I',
    (SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database())); END $faberdb$;

-- 0005 create grant on table desk.ticket.pg_monitor [safe]
GRANT SELECT ON TABLE desk.ticket TO pg_monitor;

COMMIT;
