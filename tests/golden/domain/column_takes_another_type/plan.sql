-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 2 to alter, 4 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 2 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;
CREATE SCHEMA IF NOT EXISTS faberdb_quarantine;
REVOKE ALL ON SCHEMA faberdb_quarantine FROM PUBLIC;

BEGIN;

-- 0001 replace composite type public.pair [safe]
CREATE TYPE public.pair__faberdb AS (a integer, b text);

-- 0002 replace composite type public.pair [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.room ALTER COLUMN pair TYPE public.pair__faberdb USING pair::text::public.pair__faberdb;

-- 0003 replace composite type public.pair [caution]
DROP TYPE public.pair;

-- 0004 replace composite type public.pair [safe]
CREATE TYPE public.pair AS (
    b text,
    a integer
);

-- 0005 replace composite type public.pair [safe]
CREATE FUNCTION public.pair__faberdb(public.pair__faberdb) RETURNS public.pair LANGUAGE plpgsql STRICT AS $faberdb$ DECLARE made public.pair; BEGIN made.a := ($1).a; made.b := ($1).b; RETURN made; END $faberdb$;

-- 0006 replace composite type public.pair [safe]
CREATE CAST (public.pair__faberdb AS public.pair) WITH FUNCTION public.pair__faberdb(public.pair__faberdb);

-- 0007 replace composite type public.pair [dangerous]
ALTER TABLE public.room ALTER COLUMN pair TYPE public.pair USING pair::public.pair;

-- 0008 replace composite type public.pair [safe]
DROP CAST (public.pair__faberdb AS public.pair);

-- 0009 replace composite type public.pair [safe]
DROP FUNCTION public.pair__faberdb(public.pair__faberdb);

-- 0010 replace composite type public.pair [safe]
DROP TYPE public.pair__faberdb;

-- 0011 alter column public.room.code [dangerous]
LOCK TABLE public.room IN ACCESS EXCLUSIVE MODE;

-- 0012 alter column public.room.code [dangerous]
--      ! the values are copied to quarantine while the table is locked
CREATE TABLE faberdb_quarantine.q_1 AS SELECT row_number() OVER () AS id, id AS key_1, code::text AS value, code::text AS became FROM public.room;

-- 0013 alter column public.room.code [safe]
ALTER TABLE faberdb_quarantine.q_1 ADD PRIMARY KEY (id);

-- 0014 alter column public.room.code [dangerous]
--      ! a value that does not fit the new type stops it
--      ! prepared statements that return it fail until they are prepared anew
ALTER TABLE public.room ALTER COLUMN code TYPE text USING code::text;

-- 0015 replace domain public.code [caution]
DROP DOMAIN public.code;

-- 0016 replace domain public.code [safe]
CREATE DOMAIN public.code AS character varying(10) NOT NULL;

-- 0017 alter column public.room.list [dangerous]
LOCK TABLE public.room IN ACCESS EXCLUSIVE MODE;

-- 0018 alter column public.room.list [dangerous]
--      ! the values are copied to quarantine while the table is locked
CREATE TABLE faberdb_quarantine.q_2 AS SELECT row_number() OVER () AS id, id AS key_1, list AS value, (list::text::public.code[])::text AS became FROM public.room;

-- 0019 alter column public.room.list [safe]
ALTER TABLE faberdb_quarantine.q_2 ADD PRIMARY KEY (id);

-- 0020 alter column public.room.list [dangerous]
--      ! a value that is too long for public.code[] stops it, unless `using` says what is to become of such values
--      ! prepared statements that return it fail until they are prepared anew
--      ! the table is rewritten while it is locked
ALTER TABLE public.room ALTER COLUMN list TYPE public.code[];

COMMIT;
