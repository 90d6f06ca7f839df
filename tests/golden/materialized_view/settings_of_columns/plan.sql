-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 1 to create, 1 to alter, 2 to replace, 0 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 alter materialized view public.altered [caution]
ALTER MATERIALIZED VIEW public.altered ALTER COLUMN id SET STATISTICS -1;

-- 0002 alter materialized view public.altered [caution]
ALTER MATERIALIZED VIEW public.altered ALTER COLUMN id SET (n_distinct=100);

-- 0003 alter materialized view public.altered [caution]
ALTER MATERIALIZED VIEW public.altered ALTER COLUMN price SET STORAGE DEFAULT;

-- 0004 alter materialized view public.altered [caution]
ALTER MATERIALIZED VIEW public.altered ALTER COLUMN price RESET (n_distinct);

-- 0005 alter materialized view public.altered [caution]
ALTER MATERIALIZED VIEW public.altered ALTER COLUMN title SET STORAGE MAIN;

-- 0006 alter materialized view public.altered [caution]
ALTER MATERIALIZED VIEW public.altered ALTER COLUMN title SET STATISTICS 0;

-- 0007 replace materialized view public.followed [caution]
DROP MATERIALIZED VIEW public.followed;

-- 0008 replace materialized view public.anew [caution]
--      ! queries get other rows or columns from the moment this commits
DROP MATERIALIZED VIEW public.anew;

-- 0009 replace materialized view public.anew [caution]
CREATE MATERIALIZED VIEW public.anew AS
SELECT id,
    title,
    price
   FROM public.book;

-- 0010 replace materialized view public.anew [caution]
ALTER MATERIALIZED VIEW public.anew ALTER COLUMN title SET STORAGE MAIN;

-- 0011 replace materialized view public.anew [caution]
ALTER MATERIALIZED VIEW public.anew ALTER COLUMN title SET STATISTICS 10;

-- 0012 replace materialized view public.followed [caution]
CREATE MATERIALIZED VIEW public.followed AS
SELECT id,
    title
   FROM public.anew;

-- 0013 replace materialized view public.followed [caution]
ALTER MATERIALIZED VIEW public.followed ALTER COLUMN title SET STORAGE EXTERNAL;

-- 0014 create materialized view public.new [caution]
CREATE MATERIALIZED VIEW public.new AS
SELECT title
   FROM public.book;

-- 0015 create materialized view public.new [caution]
ALTER MATERIALIZED VIEW public.new ALTER COLUMN title SET STORAGE EXTERNAL;

-- 0016 create materialized view public.new [caution]
ALTER MATERIALIZED VIEW public.new ALTER COLUMN title SET STATISTICS 1000;

-- 0017 create materialized view public.new [caution]
ALTER MATERIALIZED VIEW public.new ALTER COLUMN title SET (n_distinct=-1);

COMMIT;
