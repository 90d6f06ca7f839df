-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 1 to create, 0 to alter, 9 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
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

-- 0003 replace composite type public.journey [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.customer ALTER COLUMN trip TYPE json USING to_json(trip);

-- 0004 replace composite type public.journey [caution]
DROP TYPE public.journey;

-- 0005 replace view public.town [caution]
DROP VIEW public.town;

-- 0006 replace composite type public.place [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.customer ALTER COLUMN home TYPE json USING to_json(home);

-- 0007 replace composite type public.place [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.customer ALTER COLUMN "all" TYPE json USING to_json("all");

-- 0008 replace composite type public.place [caution]
DROP TYPE public.place;

-- 0009 replace composite type public.place [safe]
CREATE TYPE public.place AS (
    street text,
    number integer,
    town text
);

-- 0010 replace composite type public.place [safe]
CREATE TYPE public.place__faberdb AS (value public.place[]);

-- 0011 replace composite type public.place [dangerous]
ALTER TABLE public.customer ALTER COLUMN home TYPE public.place USING CASE WHEN home IS NOT NULL THEN json_populate_record(NULL::public.place, home) END;

-- 0012 replace composite type public.place [dangerous]
ALTER TABLE public.customer ALTER COLUMN "all" TYPE public.place[] USING (json_populate_record(NULL::public.place__faberdb, json_build_object('value', "all"))).value;

-- 0013 replace composite type public.place [safe]
DROP TYPE public.place__faberdb;

-- 0014 replace default public.customer.all [safe]
ALTER TABLE public.customer ALTER COLUMN "all" SET DEFAULT '{}'::public.place[];

-- 0015 replace check public.customer.has_town [dangerous]
--      ! the table is locked while all rows are checked, and a row that fails stops it
ALTER TABLE public.customer ADD CONSTRAINT has_town CHECK (((home).town <> ''::text));

-- 0016 replace composite type public.journey [safe]
CREATE TYPE public.journey AS (
    start public.place,
    stop public.place
);

-- 0017 replace composite type public.journey [dangerous]
ALTER TABLE public.customer ALTER COLUMN trip TYPE public.journey USING CASE WHEN trip IS NOT NULL THEN json_populate_record(NULL::public.journey, trip) END;

-- 0018 replace view public.town [safe]
CREATE VIEW public.town AS
SELECT id,
    (home).town AS town
   FROM public.customer;

COMMIT;
