-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 2 to replace, 2 to drop, 0 to rename. Risk: destructive.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create table public.book [safe]
CREATE SCHEMA faberdb_quarantine_1;

-- 0002 create table public.book [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_1 FROM PUBLIC;

-- 0003 replace table public.book [destructive]
ALTER TABLE public.book SET SCHEMA faberdb_quarantine_1;

-- 0004 replace table public.book [safe]
CREATE TABLE public.book (
    pages integer
) INHERITS (public.thing);

-- 0005 replace table public.book [dangerous]
--      ! its rows are copied while it is locked, and keep the values of columns that it still has; a rollback brings back the rows as they are now, and those written since stay in quarantine
INSERT INTO public.book (pages, id, name) SELECT pages, id, name FROM ONLY faberdb_quarantine_1.book;

COMMIT;
