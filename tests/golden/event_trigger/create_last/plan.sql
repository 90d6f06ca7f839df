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

-- 0001 create table public.customer [safe]
CREATE TABLE public.customer (
    id integer NOT NULL,
    email text NOT NULL
);

-- 0002 create function public.note() [safe]
CREATE FUNCTION public.note()
RETURNS event_trigger
LANGUAGE plpgsql
AS $function$begin raise notice 'ddl'; end$function$;

-- 0003 create event trigger noted [dangerous]
--      ! from now on it fires on such commands of everybody; if it fails, so do they
CREATE EVENT TRIGGER noted ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'ALTER TABLE') EXECUTE FUNCTION public.note();

-- 0004 create comment on event trigger noted [safe]
COMMENT ON EVENT TRIGGER noted IS 'For the record';

COMMIT;
