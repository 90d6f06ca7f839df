-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 3 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 alter function public.add(integer, integer) [caution]
CREATE OR REPLACE FUNCTION public.add(a integer, b integer DEFAULT 0)
RETURNS integer
LANGUAGE sql
AS $function$select a + b$function$;

-- 0002 alter function public.count_customers() [caution]
ALTER FUNCTION public.count_customers() VOLATILE PARALLEL SAFE COST 500;

-- 0003 alter function public.touch() [dangerous]
--      ! it no longer runs with the rights of its owner: callers need their own
CREATE OR REPLACE FUNCTION public.touch()
RETURNS trigger
LANGUAGE plpgsql
SET search_path TO ''
AS $function$begin return null; end$function$;

COMMIT;
