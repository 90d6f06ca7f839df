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

-- 0001 create sequence public.invoice_number [safe]
CREATE SCHEMA faberdb_quarantine_1;

-- 0002 create sequence public.invoice_number [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_1 FROM PUBLIC;

-- 0003 drop default public.invoice.number [caution]
--      ! INSERTs that leave it out fail from the moment this commits: it is NOT NULL
ALTER TABLE public.invoice ALTER COLUMN number DROP DEFAULT;

-- 0004 drop sequence public.invoice_number [dangerous]
--      ! what draws from it fails from the moment this commits
ALTER SEQUENCE public.invoice_number SET SCHEMA faberdb_quarantine_1;

COMMIT;
