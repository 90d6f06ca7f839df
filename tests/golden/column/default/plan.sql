-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 1 to create, 1 to alter, 0 to replace, 1 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create default public.parcel.sent [safe]
ALTER TABLE public.parcel ALTER COLUMN sent SET DEFAULT now();

-- 0002 alter default public.parcel.status [safe]
--      ! rows that say nothing of it get another value from the moment this commits
ALTER TABLE public.parcel ALTER COLUMN status SET DEFAULT 'sent'::text;

-- 0003 drop default public.parcel.weight [caution]
--      ! INSERTs that leave it out fail from the moment this commits: it is NOT NULL
ALTER TABLE public.parcel ALTER COLUMN weight DROP DEFAULT;

COMMIT;
