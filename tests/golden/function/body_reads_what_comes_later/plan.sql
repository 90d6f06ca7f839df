-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 9 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create table public.zone [safe]
CREATE TABLE public.zone (
    id integer NOT NULL,
    name text NOT NULL
);

-- 0002 create function public.first_zone() [safe]
CREATE FUNCTION public.first_zone()
RETURNS integer
LANGUAGE sql
AS $function$select min(id) from public.zone$function$;

-- 0003 create materialized view public.a_zone [caution]
CREATE MATERIALIZED VIEW public.a_zone AS
SELECT public.first_zone() AS id;

-- 0004 create default public.zone.id [safe]
ALTER TABLE public.zone ALTER COLUMN id SET DEFAULT public.first_zone();

-- 0005 create function public.zz_trim(text) [safe]
CREATE FUNCTION public.zz_trim(name text)
RETURNS text
LANGUAGE sql
IMMUTABLE
AS $function$select upper(trim($1))$function$;

-- 0006 create function public.zone_key(text) [safe]
CREATE FUNCTION public.zone_key(name text)
RETURNS text
LANGUAGE sql
IMMUTABLE
AS $function$select public.zz_trim($1)$function$;

-- 0007 create index public.zone.zone_idx [safe]
CREATE INDEX zone_idx ON public.zone (public.zone_key(name));

COMMIT;
