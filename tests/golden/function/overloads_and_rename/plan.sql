-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 1 to create, 1 to alter, 0 to replace, 1 to drop, 1 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 rename function public.new_name(public.status[]) [dangerous]
--      ! calls from the application and from bodies of other routines fail from then on
ALTER FUNCTION public.old_name(public.status[]) RENAME TO new_name;

-- 0002 drop function public.label(integer) [dangerous]
--      ! calls from the application and from bodies of other routines fail from then on
DROP FUNCTION public.label(integer);

-- 0003 alter function public.label(public.status) [caution]
CREATE OR REPLACE FUNCTION public.label(public.status)
RETURNS text
LANGUAGE plpgsql
AS $function$begin return 'a status'; end$function$;

-- 0004 create function public.label(text) [safe]
CREATE FUNCTION public.label(text)
RETURNS text
LANGUAGE plpgsql
AS $function$begin return 'text'; end$function$;

COMMIT;
