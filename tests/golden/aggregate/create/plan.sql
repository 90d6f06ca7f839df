-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 6 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create aggregate public.every_row() [safe]
CREATE AGGREGATE public.every_row(*) (
    SFUNC = int8inc,
    STYPE = bigint,
    INITCOND = '0'
);

-- 0002 create function public.percent(numeric[], numeric) [safe]
CREATE FUNCTION public.percent(s numeric[], v numeric)
RETURNS numeric
LANGUAGE sql
AS $function$select s[1]$function$;

-- 0003 create aggregate public.my_percentile(numeric, numeric) [safe]
CREATE AGGREGATE public.my_percentile(numeric ORDER BY numeric) (
    SFUNC = array_append,
    STYPE = numeric[],
    FINALFUNC = public.percent
);

-- 0004 create aggregate public.total(integer) [safe]
CREATE AGGREGATE public.total(integer) (
    SFUNC = public.state,
    STYPE = integer,
    INITCOND = '0',
    PARALLEL = safe
);

-- 0005 create comment on aggregate public.total(integer) [safe]
COMMENT ON AGGREGATE public.total(integer) IS 'Adds them all';

-- 0006 create grant on aggregate public.total(integer).public [dangerous]
--      ! whoever needs the privilege fails from the moment this commits
REVOKE ALL ON FUNCTION public.total(integer) FROM PUBLIC;

COMMIT;
