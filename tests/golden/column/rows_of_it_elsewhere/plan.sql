-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 1 to create, 2 to alter, 2 to replace, 1 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 13 made-up rows in 2 tables.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 drop index public.point.point_label [caution]
--      ! queries that it serves are slower from the moment this commits
DROP INDEX public.point_label;

-- 0002 create column public.point.z [safe]
ALTER TABLE public.point ADD COLUMN z integer;

-- 0003 replace default public.shape.at [safe]
ALTER TABLE public.shape ALTER COLUMN at DROP DEFAULT;

-- 0004 replace index public.shape.shape_x [dangerous]
--      ! queries do without it until it is built anew
DROP INDEX public.shape_x;

-- 0005 alter column public.point.note [safe]
CREATE TABLE public.point__faberdb (LIKE public.point);

-- 0006 alter column public.point.note [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.shape ALTER COLUMN at TYPE public.point__faberdb USING at::text::public.point__faberdb;

-- 0007 alter column public.point.note [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.shape ALTER COLUMN corners TYPE public.point__faberdb[] USING corners::text::public.point__faberdb[];

-- 0008 alter column public.point.note [caution]
--      ! prepared statements that return it fail until they are prepared anew
ALTER TABLE public.point ALTER COLUMN note TYPE text USING note::text;

-- 0009 alter column public.point.note [safe]
DO $faberdb$ BEGIN EXECUTE (SELECT 'CREATE FUNCTION public.point__faberdb(public.point__faberdb) RETURNS public.point LANGUAGE plpgsql STRICT AS $made$ #variable_conflict use_column DECLARE made public.point; BEGIN ' || string_agg(CASE a.attname WHEN 'note' THEN 'made.note := (SELECT note::text FROM (SELECT ($1).*) AS point); ' ELSE format('made.%1$I := ($1).%1$I; ', a.attname) END, '' ORDER BY a.attnum) || 'RETURN made; END $made$' FROM pg_catalog.pg_attribute a WHERE a.attrelid = 'public.point'::pg_catalog.regclass AND a.attnum > 0 AND NOT a.attisdropped); END $faberdb$;

-- 0010 alter column public.point.note [safe]
CREATE CAST (public.point__faberdb AS public.point) WITH FUNCTION public.point__faberdb(public.point__faberdb);

-- 0011 alter column public.point.note [dangerous]
ALTER TABLE public.shape ALTER COLUMN at TYPE public.point USING at::public.point;

-- 0012 alter column public.point.note [dangerous]
ALTER TABLE public.shape ALTER COLUMN corners TYPE public.point[] USING corners::public.point[];

-- 0013 alter column public.point.note [safe]
DROP CAST (public.point__faberdb AS public.point);

-- 0014 alter column public.point.note [safe]
DROP FUNCTION public.point__faberdb(public.point__faberdb);

-- 0015 alter column public.point.note [safe]
DROP TABLE public.point__faberdb;

-- 0016 alter column public.point.x [safe]
CREATE TABLE public.point__faberdb (LIKE public.point);

-- 0017 alter column public.point.x [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.shape ALTER COLUMN at TYPE public.point__faberdb USING at::text::public.point__faberdb;

-- 0018 alter column public.point.x [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.shape ALTER COLUMN corners TYPE public.point__faberdb[] USING corners::text::public.point__faberdb[];

-- 0019 alter column public.point.x [dangerous]
--      ! the table is rewritten while it is locked
--      ! prepared statements that return it fail until they are prepared anew
ALTER TABLE public.point ALTER COLUMN x TYPE bigint USING x::bigint;

-- 0020 alter column public.point.x [safe]
DO $faberdb$ BEGIN EXECUTE (SELECT 'CREATE FUNCTION public.point__faberdb(public.point__faberdb) RETURNS public.point LANGUAGE plpgsql STRICT AS $made$ #variable_conflict use_column DECLARE made public.point; BEGIN ' || string_agg(CASE a.attname WHEN 'x' THEN 'made.x := (SELECT x::bigint FROM (SELECT ($1).*) AS point); ' ELSE format('made.%1$I := ($1).%1$I; ', a.attname) END, '' ORDER BY a.attnum) || 'RETURN made; END $made$' FROM pg_catalog.pg_attribute a WHERE a.attrelid = 'public.point'::pg_catalog.regclass AND a.attnum > 0 AND NOT a.attisdropped); END $faberdb$;

-- 0021 alter column public.point.x [safe]
CREATE CAST (public.point__faberdb AS public.point) WITH FUNCTION public.point__faberdb(public.point__faberdb);

-- 0022 alter column public.point.x [dangerous]
ALTER TABLE public.shape ALTER COLUMN at TYPE public.point USING at::public.point;

-- 0023 alter column public.point.x [dangerous]
ALTER TABLE public.shape ALTER COLUMN corners TYPE public.point[] USING corners::public.point[];

-- 0024 alter column public.point.x [safe]
DROP CAST (public.point__faberdb AS public.point);

-- 0025 alter column public.point.x [safe]
DROP FUNCTION public.point__faberdb(public.point__faberdb);

-- 0026 alter column public.point.x [safe]
DROP TABLE public.point__faberdb;

-- 0027 replace default public.shape.at [safe]
ALTER TABLE public.shape ALTER COLUMN at SET DEFAULT ROW((0)::bigint, 'origin'::text, 7)::public.point;

-- 0028 replace index public.shape.shape_x [dangerous]
--      ! writes to the table wait until the index is built
CREATE INDEX shape_x ON public.shape (((at).x));

COMMIT;
