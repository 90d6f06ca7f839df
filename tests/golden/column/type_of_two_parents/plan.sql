-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 2 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 24 made-up rows in 4 tables.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 alter column public.dated.id [caution]
--      ! table public.event is locked for a moment too
ALTER TABLE public.event NO INHERIT public.named;

-- 0002 alter column public.dated.id [dangerous]
--      ! the table is rewritten while it is locked
--      ! prepared statements that return it fail until they are prepared anew
ALTER TABLE public.dated ALTER COLUMN id TYPE bigint USING id::bigint;

-- 0003 alter column public.named.id [dangerous]
--      ! the table is rewritten while it is locked
--      ! prepared statements that return it fail until they are prepared anew
ALTER TABLE public.named ALTER COLUMN id TYPE bigint USING id::bigint;

-- 0004 alter column public.named.id [caution]
ALTER TABLE public.event INHERIT public.named;

COMMIT;
