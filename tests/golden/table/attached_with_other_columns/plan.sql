-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 7 to create, 0 to alter, 1 to replace, 4 to drop, 0 to rename. Risk: destructive.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 2 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create table public.visit [safe]
CREATE SCHEMA faberdb_quarantine_1;

-- 0002 create table public.visit [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_1 FROM PUBLIC;

-- 0003 replace table public.visit [destructive]
ALTER TABLE public.visit SET SCHEMA faberdb_quarantine_1;

-- 0004 create table public.visits [safe]
CREATE TABLE public.visits (
    id bigint NOT NULL,
    place text NOT NULL,
    seen boolean DEFAULT false NOT NULL,
    CONSTRAINT visits_pkey PRIMARY KEY (id, place),
    CONSTRAINT visits_id_check CHECK ((id > 0))
) PARTITION BY LIST (place);

-- 0005 replace table public.visit [safe]
CREATE TABLE public.visit PARTITION OF public.visits DEFAULT;

-- 0006 replace table public.visit [dangerous]
--      ! its rows are copied while it is locked, and keep the values of columns that it still has; a rollback brings back the rows as they are now, and those written since stay in quarantine
INSERT INTO public.visit (id, place) SELECT id::bigint, place FROM ONLY faberdb_quarantine_1.visit;

COMMIT;
