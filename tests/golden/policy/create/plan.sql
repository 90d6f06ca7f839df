-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 5 to create, 1 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 alter table public.customer [dangerous]
--      ! roles see and write only what a policy lets through from then on
ALTER TABLE public.customer ENABLE ROW LEVEL SECURITY;

-- 0002 create policy public.customer.own [caution]
--      ! rows that were hidden or refused may open up to everybody when this commits
CREATE POLICY own ON public.customer USING ((email = CURRENT_USER));

-- 0003 create comment on policy public.customer.own [safe]
COMMENT ON POLICY own ON public.customer IS 'Everybody their own';

-- 0004 create table public.vip [safe]
CREATE TABLE public.vip (
    id integer NOT NULL
);

-- 0005 create policy public.customer.small [caution]
--      ! rows may vanish or be refused for postgres from the moment this commits
CREATE POLICY small ON public.customer AS RESTRICTIVE FOR UPDATE TO postgres USING ((id < 100)) WITH CHECK ((EXISTS ( SELECT
   FROM public.vip
  WHERE (vip.id = customer.id))));

COMMIT;
