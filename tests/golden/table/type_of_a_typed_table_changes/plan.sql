-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 3 to create, 4 to alter, 0 to replace, 2 to drop, 0 to rename. Risk: destructive.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;
CREATE SCHEMA IF NOT EXISTS faberdb_quarantine;
REVOKE ALL ON SCHEMA faberdb_quarantine FROM PUBLIC;

BEGIN;

-- 0001 alter table public.place [caution]
ALTER TABLE public.place NOT OF;

-- 0002 create column public.place.height [safe]
ALTER TABLE public.place ADD COLUMN height real DEFAULT 0 NOT NULL;

-- 0003 drop column public.place.name [dangerous]
LOCK TABLE public.place IN ACCESS EXCLUSIVE MODE;

-- 0004 drop column public.place.name [dangerous]
--      ! the values are copied to quarantine while the table is locked
CREATE TABLE faberdb_quarantine.q_1 AS SELECT row_number() OVER () AS id, x AS key_1, name AS value FROM public.place;

-- 0005 drop column public.place.name [safe]
ALTER TABLE faberdb_quarantine.q_1 ADD PRIMARY KEY (id);

-- 0006 drop column public.place.name [destructive]
--      ! queries that use it fail from the moment this commits
ALTER TABLE public.place DROP COLUMN name;

-- 0007 alter column public.place.x [dangerous]
--      ! the table is rewritten while it is locked
--      ! prepared statements that return it fail until they are prepared anew
ALTER TABLE public.place ALTER COLUMN x TYPE bigint USING x::bigint;

-- 0008 drop attribute public.spot.name [caution]
ALTER TYPE public.spot DROP ATTRIBUTE name CASCADE;

-- 0009 create attribute public.spot.height [caution]
--      ! what reads or writes the type whole meets one value more from now on
ALTER TYPE public.spot ADD ATTRIBUTE height real CASCADE;

-- 0010 alter attribute public.spot.x [caution]
ALTER TYPE public.spot ALTER ATTRIBUTE x TYPE bigint CASCADE;

-- 0011 alter table public.place [caution]
ALTER TABLE public.place OF public.spot;

COMMIT;
