-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 1 to create, 0 to alter, 9 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 7 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 replace default public.customer.all [safe]
ALTER TABLE public.customer ALTER COLUMN "all" DROP DEFAULT;

-- 0002 replace check public.customer.has_town [caution]
ALTER TABLE public.customer DROP CONSTRAINT has_town;

-- 0003 replace composite type public.journey [safe]
CREATE TYPE public.journey__faberdb AS (street text, town text);

-- 0004 replace composite type public.journey [safe]
CREATE TYPE public.journey__faberdb_2 AS (start public.journey__faberdb, stop public.journey__faberdb);

-- 0005 replace composite type public.journey [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.customer ALTER COLUMN trip TYPE public.journey__faberdb_2 USING trip::text::public.journey__faberdb_2;

-- 0006 replace composite type public.journey [caution]
DROP TYPE public.journey;

-- 0007 replace view public.town [caution]
DROP VIEW public.town;

-- 0008 replace composite type public.place [safe]
CREATE TYPE public.place__faberdb AS (street text, town text);

-- 0009 replace composite type public.place [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.customer ALTER COLUMN home TYPE public.place__faberdb USING home::text::public.place__faberdb;

-- 0010 replace composite type public.place [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.customer ALTER COLUMN "all" TYPE public.place__faberdb[] USING "all"::text::public.place__faberdb[];

-- 0011 replace composite type public.place [caution]
DROP TYPE public.place;

-- 0012 replace composite type public.place [safe]
CREATE TYPE public.place AS (
    street text,
    number integer,
    town text
);

-- 0013 replace composite type public.place [safe]
CREATE FUNCTION public.place__faberdb(public.place__faberdb) RETURNS public.place LANGUAGE plpgsql STRICT AS $faberdb$ DECLARE made public.place; BEGIN made.street := ($1).street; made.town := ($1).town; RETURN made; END $faberdb$;

-- 0014 replace composite type public.place [safe]
CREATE CAST (public.place__faberdb AS public.place) WITH FUNCTION public.place__faberdb(public.place__faberdb);

-- 0015 replace composite type public.place [dangerous]
ALTER TABLE public.customer ALTER COLUMN home TYPE public.place USING home::public.place;

-- 0016 replace composite type public.place [dangerous]
ALTER TABLE public.customer ALTER COLUMN "all" TYPE public.place[] USING "all"::public.place[];

-- 0017 replace composite type public.place [safe]
DROP CAST (public.place__faberdb AS public.place);

-- 0018 replace composite type public.place [safe]
DROP FUNCTION public.place__faberdb(public.place__faberdb);

-- 0019 replace composite type public.place [safe]
DROP TYPE public.place__faberdb;

-- 0020 replace default public.customer.all [safe]
ALTER TABLE public.customer ALTER COLUMN "all" SET DEFAULT '{}'::public.place[];

-- 0021 replace check public.customer.has_town [dangerous]
--      ! the table is locked while all rows are checked, and a row that fails stops it
ALTER TABLE public.customer ADD CONSTRAINT has_town CHECK (((home).town <> ''::text));

-- 0022 replace composite type public.journey [safe]
CREATE TYPE public.journey AS (
    start public.place,
    stop public.place
);

-- 0023 replace composite type public.journey [safe]
CREATE FUNCTION public.journey__faberdb(public.journey__faberdb) RETURNS public.place LANGUAGE plpgsql STRICT AS $faberdb$ DECLARE made public.place; BEGIN made.street := ($1).street; made.town := ($1).town; RETURN made; END $faberdb$;

-- 0024 replace composite type public.journey [safe]
CREATE CAST (public.journey__faberdb AS public.place) WITH FUNCTION public.journey__faberdb(public.journey__faberdb);

-- 0025 replace composite type public.journey [safe]
CREATE FUNCTION public.journey__faberdb_2(public.journey__faberdb_2) RETURNS public.journey LANGUAGE plpgsql STRICT AS $faberdb$ DECLARE made public.journey; BEGIN made.start := ($1).start::public.place; made.stop := ($1).stop::public.place; RETURN made; END $faberdb$;

-- 0026 replace composite type public.journey [safe]
CREATE CAST (public.journey__faberdb_2 AS public.journey) WITH FUNCTION public.journey__faberdb_2(public.journey__faberdb_2);

-- 0027 replace composite type public.journey [dangerous]
ALTER TABLE public.customer ALTER COLUMN trip TYPE public.journey USING trip::public.journey;

-- 0028 replace composite type public.journey [safe]
DROP CAST (public.journey__faberdb AS public.place);

-- 0029 replace composite type public.journey [safe]
DROP FUNCTION public.journey__faberdb(public.journey__faberdb);

-- 0030 replace composite type public.journey [safe]
DROP CAST (public.journey__faberdb_2 AS public.journey);

-- 0031 replace composite type public.journey [safe]
DROP FUNCTION public.journey__faberdb_2(public.journey__faberdb_2);

-- 0032 replace composite type public.journey [safe]
DROP TYPE public.journey__faberdb_2;

-- 0033 replace composite type public.journey [safe]
DROP TYPE public.journey__faberdb;

-- 0034 replace view public.town [safe]
CREATE VIEW public.town AS
SELECT id,
    (home).town AS town
   FROM public.customer;

COMMIT;
