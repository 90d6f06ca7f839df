-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 2 to create, 3 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 4 made-up rows in 2 tables.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 alter column public.event.id [dangerous]
--      ! the table is rewritten while it is locked
--      ! prepared statements that return it fail until they are prepared anew
ALTER TABLE public.event ALTER COLUMN id TYPE bigint USING id::bigint;

-- 0002 create check public.event.event_id [dangerous]
--      ! the table is locked while all rows are checked, and a row that fails stops it
ALTER TABLE public.event ADD CONSTRAINT event_id CHECK ((id > 0));

-- 0003 alter column public.party.id [dangerous]
--      ! the table is rewritten while it is locked
--      ! prepared statements that return it fail until they are prepared anew
ALTER TABLE public.party ALTER COLUMN id TYPE bigint USING id::bigint;

-- 0004 alter table public.party [dangerous]
--      ! the table is locked while all rows are checked
ALTER TABLE public.party ADD CONSTRAINT event_id CHECK ((id > 0));

-- 0005 alter table public.party [dangerous]
--      ! it is locked for a moment; queries on the parent find its rows from then on
ALTER TABLE public.party INHERIT public.event;

COMMIT;
