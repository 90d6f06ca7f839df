-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 2 to replace, 1 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 replace procedure public.other(integer) [dangerous]
--      ! calls from the application and from bodies of other routines must fit the new form
DROP PROCEDURE public.other(IN integer);

-- 0002 replace procedure public.other(integer) [safe]
CREATE PROCEDURE public.other(IN b integer)
LANGUAGE sql
AS $procedure$select 1$procedure$;

-- 0003 replace comment on procedure public.other(integer) [safe]
COMMENT ON PROCEDURE public.other(IN integer) IS 'Stays';

-- 0004 drop procedure public.tidy(integer, integer) [dangerous]
--      ! calls from the application and from bodies of other routines fail from then on
DROP PROCEDURE public.tidy(IN integer, IN integer);

COMMIT;
