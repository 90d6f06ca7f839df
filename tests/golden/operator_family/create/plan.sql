-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 3 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: safe.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create operator family public."bare using hash" [safe]
CREATE OPERATOR FAMILY public.bare USING hash;

-- 0002 create operator family public."numbers using btree" [safe]
CREATE OPERATOR FAMILY public.numbers USING btree;

-- 0003 create operator family public."numbers using btree" [safe]
ALTER OPERATOR FAMILY public.numbers USING btree ADD
    OPERATOR 1 <(integer,bigint),
    OPERATOR 3 =(integer,bigint),
    FUNCTION 1 (integer, bigint) btint48cmp(integer,bigint);

-- 0004 create comment on operator family public."numbers using btree" [safe]
COMMENT ON OPERATOR FAMILY public.numbers USING btree IS 'Of all sizes';

COMMIT;
