-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 5 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create function public.add(integer, integer) [safe]
CREATE FUNCTION public.add(a integer, b integer DEFAULT 1)
RETURNS integer
LANGUAGE sql
IMMUTABLE PARALLEL SAFE STRICT
AS $function$select a + b$function$;

-- 0002 create comment on function public.add(integer, integer) [safe]
COMMENT ON FUNCTION public.add(integer, integer) IS 'Adds';

-- 0003 create function public.add(numeric, character varying[]) [safe]
CREATE FUNCTION public.add(numeric, character varying[])
RETURNS void
LANGUAGE plpgsql
AS $function1$begin
    raise notice '$function$';
end$function1$;

-- 0004 create function public.emails(public.customer) [caution]
--      ! it runs with the rights of its owner for whoever may call it
CREATE FUNCTION public.emails(of_whom public.customer, OUT email text, OUT size integer)
RETURNS record
LANGUAGE sql
SECURITY DEFINER COST 20
SET search_path TO 'public', 'pg_temp'
SET work_mem TO '64MB'
AS $function$select of_whom.email, length(of_whom.email)$function$;

-- 0005 create grant on function public.emails(public.customer).public [dangerous]
--      ! whoever needs the privilege fails from the moment this commits
REVOKE ALL ON FUNCTION public.emails(public.customer) FROM PUBLIC;

COMMIT;
