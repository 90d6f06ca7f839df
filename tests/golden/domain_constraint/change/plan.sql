-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 2 to replace, 1 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 replace domain constraint public.postcode.postcode_digits [caution]
ALTER DOMAIN public.postcode DROP CONSTRAINT postcode_digits;

-- 0002 replace domain constraint public.postcode.postcode_digits [caution]
ALTER DOMAIN public.postcode ADD CONSTRAINT postcode_digits CHECK ((VALUE ~ '^[A-Z0-9]+$'::text));

-- 0003 replace comment on domain constraint public.postcode.postcode_digits [safe]
COMMENT ON CONSTRAINT postcode_digits ON DOMAIN public.postcode IS 'No country prefix';

-- 0004 drop domain constraint public.postcode.postcode_length [caution]
ALTER DOMAIN public.postcode DROP CONSTRAINT postcode_length;

COMMIT;
