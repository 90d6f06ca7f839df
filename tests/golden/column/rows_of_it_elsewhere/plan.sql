-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 1 to create, 2 to alter, 2 to replace, 1 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
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

-- 0005 alter column public.point.note [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.shape ALTER COLUMN at TYPE json USING to_json(at);

-- 0006 alter column public.point.note [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.shape ALTER COLUMN corners TYPE json USING to_json(corners);

-- 0007 alter column public.point.note [caution]
--      ! prepared statements that return it fail until they are prepared anew
ALTER TABLE public.point ALTER COLUMN note TYPE text USING note::text;

-- 0008 alter column public.point.note [dangerous]
ALTER TABLE public.shape ALTER COLUMN at TYPE public.point USING CASE WHEN at IS NOT NULL THEN json_populate_record(NULL::public.point, at) END;

-- 0009 alter column public.point.note [safe]
CREATE TYPE public.point__faberdb AS (value public.point[]);

-- 0010 alter column public.point.note [dangerous]
ALTER TABLE public.shape ALTER COLUMN corners TYPE public.point[] USING (json_populate_record(NULL::public.point__faberdb, json_build_object('value', corners))).value;

-- 0011 alter column public.point.note [safe]
DROP TYPE public.point__faberdb;

-- 0012 alter column public.point.x [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.shape ALTER COLUMN at TYPE json USING to_json(at);

-- 0013 alter column public.point.x [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.shape ALTER COLUMN corners TYPE json USING to_json(corners);

-- 0014 alter column public.point.x [dangerous]
--      ! the table is rewritten while it is locked
--      ! prepared statements that return it fail until they are prepared anew
ALTER TABLE public.point ALTER COLUMN x TYPE bigint USING x::bigint;

-- 0015 alter column public.point.x [dangerous]
ALTER TABLE public.shape ALTER COLUMN at TYPE public.point USING CASE WHEN at IS NOT NULL THEN json_populate_record(NULL::public.point, at) END;

-- 0016 alter column public.point.x [safe]
CREATE TYPE public.point__faberdb AS (value public.point[]);

-- 0017 alter column public.point.x [dangerous]
ALTER TABLE public.shape ALTER COLUMN corners TYPE public.point[] USING (json_populate_record(NULL::public.point__faberdb, json_build_object('value', corners))).value;

-- 0018 alter column public.point.x [safe]
DROP TYPE public.point__faberdb;

-- 0019 replace default public.shape.at [safe]
ALTER TABLE public.shape ALTER COLUMN at SET DEFAULT ROW((0)::bigint, 'origin'::text, 7)::public.point;

-- 0020 replace index public.shape.shape_x [dangerous]
--      ! writes to the table wait until the index is built
CREATE INDEX shape_x ON public.shape (((at).x));

COMMIT;
