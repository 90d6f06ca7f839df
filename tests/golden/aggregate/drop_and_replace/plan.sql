-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 1 to create, 0 to alter, 3 to replace, 2 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 drop aggregate public.other(integer) [dangerous]
--      ! calls from the application and from bodies of other routines fail from then on
DROP AGGREGATE public.other(integer);

-- 0002 replace view public.totals [caution]
--      ! queries get other rows or columns from the moment this commits
DROP VIEW public.totals;

-- 0003 replace aggregate public.total(integer) [dangerous]
--      ! calls from the application and from bodies of other routines must fit the new form
DROP AGGREGATE public.total(integer);

-- 0004 drop function public.state(integer, integer) [dangerous]
--      ! calls from the application and from bodies of other routines fail from then on
DROP FUNCTION public.state(integer, integer);

-- 0005 create function public.state(bigint, integer) [safe]
CREATE FUNCTION public.state(s bigint, v integer)
RETURNS bigint
LANGUAGE sql
AS $function$select s + v$function$;

-- 0006 replace aggregate public.total(integer) [safe]
CREATE AGGREGATE public.total(integer) (
    SFUNC = public.state,
    STYPE = bigint,
    INITCOND = '0'
);

-- 0007 replace comment on aggregate public.total(integer) [safe]
COMMENT ON AGGREGATE public.total(integer) IS 'Adds them all';

-- 0008 replace view public.totals [safe]
CREATE VIEW public.totals AS
SELECT public.total(v) AS total
   FROM generate_series(1, 3) v(v);

COMMIT;
