-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 1 to create, 0 to alter, 1 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 2 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 replace domain public.postcode [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.address ALTER COLUMN code TYPE text USING code::text;

-- 0002 replace domain public.postcode [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.address ALTER COLUMN old TYPE text[] USING old::text[];

-- 0003 replace domain public.postcode [caution]
DROP DOMAIN public.postcode;

-- 0004 replace domain public.postcode [safe]
CREATE DOMAIN public.postcode AS text
    CONSTRAINT postcode_digits CHECK ((VALUE ~ '^[0-9]+$'::text));

-- 0005 replace domain public.postcode [dangerous]
ALTER TABLE public.address ALTER COLUMN code TYPE public.postcode USING code::public.postcode;

-- 0006 replace domain public.postcode [dangerous]
ALTER TABLE public.address ALTER COLUMN old TYPE public.postcode[] USING old::public.postcode[];

COMMIT;
