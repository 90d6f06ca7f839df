-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 2 to alter, 0 to replace, 1 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 alter table public.event [caution]
ALTER TABLE public.event SET ACCESS METHOD DEFAULT;

-- 0002 alter table public.event_rest [dangerous]
--      ! the table is rewritten while it is locked
ALTER TABLE public.event_rest SET ACCESS METHOD heap;

-- 0003 drop access method pile [caution]
DROP ACCESS METHOD pile;

COMMIT;
