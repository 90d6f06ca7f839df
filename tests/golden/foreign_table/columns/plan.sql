-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 3 to create, 2 to alter, 0 to replace, 1 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create column public.old_order.added [safe]
ALTER TABLE public.old_order ADD COLUMN added numeric;

-- 0002 create comment on column public.old_order.added [safe]
COMMENT ON COLUMN public.old_order.added IS 'New';

-- 0003 drop column public.old_order.gone [dangerous]
--      ! queries that use it fail from the moment this commits
ALTER TABLE public.old_order DROP COLUMN gone;

-- 0004 alter column public.old_order.id [caution]
ALTER TABLE public.old_order ALTER COLUMN id TYPE bigint;

-- 0005 alter column public.old_order.note [caution]
ALTER TABLE public.old_order ALTER COLUMN note SET NOT NULL;

-- 0006 alter column public.old_order.note [caution]
ALTER TABLE public.old_order ALTER COLUMN note OPTIONS (SET "column" '3', ADD "trim" 'true');

-- 0007 create default public.old_order.note [safe]
ALTER TABLE public.old_order ALTER COLUMN note SET DEFAULT ''::text;

COMMIT;
