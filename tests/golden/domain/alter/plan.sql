-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 2 to create, 2 to alter, 0 to replace, 1 to drop, 1 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with none in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 rename domain constraint public.email.email_is_at [safe]
ALTER DOMAIN public.email RENAME CONSTRAINT email_has_at TO email_is_at;

-- 0002 drop domain constraint public.email.email_old [caution]
ALTER DOMAIN public.email DROP CONSTRAINT email_old;

-- 0003 alter domain public.email [safe]
ALTER DOMAIN public.email DROP DEFAULT;

-- 0004 alter domain public.email [dangerous]
--      ! every table with a column of this domain is scanned while writes to it wait, and a value that fails stops it
ALTER DOMAIN public.email SET NOT NULL;

-- 0005 create domain constraint public.email.email_has_dot [dangerous]
--      ! every table with a column of this domain is scanned while writes to it wait, and a value that fails stops it
ALTER DOMAIN public.email ADD CONSTRAINT email_has_dot CHECK ((VALUE ~~ '%@%.%'::text));

-- 0006 create domain constraint public.email.email_small [caution]
ALTER DOMAIN public.email ADD CONSTRAINT email_small CHECK ((VALUE = lower(VALUE))) NOT VALID;

-- 0007 alter domain public.quantity [safe]
ALTER DOMAIN public.quantity SET DEFAULT 1;

-- 0008 alter domain public.quantity [caution]
ALTER DOMAIN public.quantity DROP NOT NULL;

COMMIT;
