-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 1 to create, 1 to alter, 2 to replace, 1 to drop, 1 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 rename policy public.customer.insert_mine [caution]
ALTER POLICY insert_own ON public.customer RENAME TO insert_mine;

-- 0002 replace policy public.customer.own [dangerous]
--      ! rows may vanish or be refused for everybody from the moment this commits
DROP POLICY own ON public.customer;

-- 0003 drop policy public.customer.third [dangerous]
--      ! rows that were hidden or refused may open up to everybody when this commits
DROP POLICY third ON public.customer;

-- 0004 alter table public.customer [dangerous]
--      ! no policy counts any more: whoever has privileges on it sees all rows
ALTER TABLE public.customer DISABLE ROW LEVEL SECURITY;

-- 0005 create function public.fine(text) [safe]
CREATE FUNCTION public.fine(email text)
RETURNS boolean
LANGUAGE sql
AS $function$select true$function$;

-- 0006 replace policy public.customer.own [caution]
--      ! rows that were hidden or refused may open up to everybody when this commits
CREATE POLICY own ON public.customer FOR SELECT USING (public.fine(email));

-- 0007 replace comment on policy public.customer.own [safe]
COMMENT ON POLICY own ON public.customer IS 'Everybody their own';

COMMIT;
