-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 1 to create, 1 to alter, 0 to replace, 0 to drop, 2 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 rename base type public.mark [dangerous]
--      ! queries that use the old name fail from the moment this commits
ALTER TYPE public.grade RENAME TO mark;

-- 0002 create function public.grade_send(public.mark) [safe]
CREATE FUNCTION public.grade_send(public.mark)
RETURNS bytea
LANGUAGE internal
IMMUTABLE STRICT
AS $function$int4send$function$;

-- 0003 alter base type public.mark [caution]
ALTER TYPE public.mark SET (send = public.grade_send);

COMMIT;
