-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 8 to replace, 0 to drop, 0 to rename. Risk: dangerous.
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

-- 0001 replace composite type public.extent [safe]
CREATE TYPE public.extent__faberdb AS (width integer, height integer);

-- 0002 replace composite type public.extent [safe]
CREATE TYPE public.extent__faberdb_2 AS (front public.extent__faberdb, depth integer);

-- 0003 replace composite type public.extent [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.crate ALTER COLUMN whole TYPE public.extent__faberdb_2 USING whole::text::public.extent__faberdb_2;

-- 0004 replace composite type public.extent [caution]
DROP TYPE public.extent;

-- 0005 replace domain public.inner_size [dangerous]
LOCK TABLE public.crate IN ACCESS EXCLUSIVE MODE;

-- 0006 replace domain public.inner_size [dangerous]
--      ! the values are copied to quarantine while the table is locked
CREATE TABLE faberdb_quarantine.q_1_1 AS SELECT row_number() OVER () AS id, id AS key_1, (inside)::text AS value, (inside)::text AS became FROM public.crate;

-- 0007 replace domain public.inner_size [safe]
ALTER TABLE faberdb_quarantine.q_1_1 ADD PRIMARY KEY (id);

-- 0008 replace domain public.inner_size [dangerous]
LOCK TABLE public.crate IN ACCESS EXCLUSIVE MODE;

-- 0009 replace domain public.inner_size [dangerous]
--      ! the values are copied to quarantine while the table is locked
CREATE TABLE faberdb_quarantine.q_1_2 AS SELECT row_number() OVER () AS id, id AS key_1, (layers)::text AS value, (layers)::text AS became FROM public.crate;

-- 0010 replace domain public.inner_size [safe]
ALTER TABLE faberdb_quarantine.q_1_2 ADD PRIMARY KEY (id);

-- 0011 replace domain public.inner_size [safe]
CREATE TYPE public.inner_size__faberdb AS (width integer, height integer);

-- 0012 replace domain public.inner_size [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.crate ALTER COLUMN inside TYPE public.inner_size__faberdb USING inside::text::public.inner_size__faberdb;

-- 0013 replace domain public.inner_size [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.crate ALTER COLUMN layers TYPE public.inner_size__faberdb[] USING layers::text::public.inner_size__faberdb[];

-- 0014 replace domain public.inner_size [caution]
DROP DOMAIN public.inner_size;

-- 0015 replace domain public.sizes [dangerous]
LOCK TABLE public.crate IN ACCESS EXCLUSIVE MODE;

-- 0016 replace domain public.sizes [dangerous]
--      ! the values are copied to quarantine while the table is locked
CREATE TABLE faberdb_quarantine.q_2_1 AS SELECT row_number() OVER () AS id, id AS key_1, ("all")::text AS value, ("all")::text AS became FROM public.crate;

-- 0017 replace domain public.sizes [safe]
ALTER TABLE faberdb_quarantine.q_2_1 ADD PRIMARY KEY (id);

-- 0018 replace domain public.sizes [safe]
CREATE TYPE public.sizes__faberdb AS (width integer, height integer);

-- 0019 replace domain public.sizes [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.crate ALTER COLUMN "all" TYPE public.sizes__faberdb[] USING "all"::text::public.sizes__faberdb[];

-- 0020 replace domain public.sizes [caution]
DROP DOMAIN public.sizes;

-- 0021 replace composite type public.size [caution]
DROP TYPE public.size;

-- 0022 replace composite type public.size [safe]
CREATE TYPE public.size AS (
    height integer,
    width integer
);

-- 0023 replace domain public.inner_size [safe]
CREATE DOMAIN public.inner_size AS public.size;

-- 0024 replace domain public.inner_size [safe]
CREATE FUNCTION public.inner_size__faberdb(public.inner_size__faberdb) RETURNS public.size LANGUAGE plpgsql STRICT AS $faberdb$ DECLARE made public.size; BEGIN made.width := ($1).width; made.height := ($1).height; RETURN made; END $faberdb$;

-- 0025 replace domain public.inner_size [safe]
CREATE CAST (public.inner_size__faberdb AS public.size) WITH FUNCTION public.inner_size__faberdb(public.inner_size__faberdb);

-- 0026 replace domain public.inner_size [dangerous]
ALTER TABLE public.crate ALTER COLUMN inside TYPE public.inner_size USING inside::public.inner_size;

-- 0027 replace domain public.inner_size [dangerous]
ALTER TABLE public.crate ALTER COLUMN layers TYPE public.inner_size[] USING layers::public.inner_size[];

-- 0028 replace domain public.inner_size [safe]
DROP CAST (public.inner_size__faberdb AS public.size);

-- 0029 replace domain public.inner_size [safe]
DROP FUNCTION public.inner_size__faberdb(public.inner_size__faberdb);

-- 0030 replace domain public.inner_size [safe]
DROP TYPE public.inner_size__faberdb;

-- 0031 replace composite type public.extent [safe]
CREATE TYPE public.extent AS (
    front public.inner_size,
    depth integer
);

-- 0032 replace composite type public.extent [safe]
CREATE FUNCTION public.extent__faberdb(public.extent__faberdb) RETURNS public.size LANGUAGE plpgsql STRICT AS $faberdb$ DECLARE made public.size; BEGIN made.width := ($1).width; made.height := ($1).height; RETURN made; END $faberdb$;

-- 0033 replace composite type public.extent [safe]
CREATE CAST (public.extent__faberdb AS public.size) WITH FUNCTION public.extent__faberdb(public.extent__faberdb);

-- 0034 replace composite type public.extent [safe]
CREATE FUNCTION public.extent__faberdb_2(public.extent__faberdb_2) RETURNS public.extent LANGUAGE plpgsql STRICT AS $faberdb$ DECLARE made public.extent; BEGIN made.front := ($1).front::public.inner_size; made.depth := ($1).depth; RETURN made; END $faberdb$;

-- 0035 replace composite type public.extent [safe]
CREATE CAST (public.extent__faberdb_2 AS public.extent) WITH FUNCTION public.extent__faberdb_2(public.extent__faberdb_2);

-- 0036 replace composite type public.extent [dangerous]
ALTER TABLE public.crate ALTER COLUMN whole TYPE public.extent USING whole::public.extent;

-- 0037 replace composite type public.extent [safe]
DROP CAST (public.extent__faberdb AS public.size);

-- 0038 replace composite type public.extent [safe]
DROP FUNCTION public.extent__faberdb(public.extent__faberdb);

-- 0039 replace composite type public.extent [safe]
DROP CAST (public.extent__faberdb_2 AS public.extent);

-- 0040 replace composite type public.extent [safe]
DROP FUNCTION public.extent__faberdb_2(public.extent__faberdb_2);

-- 0041 replace composite type public.extent [safe]
DROP TYPE public.extent__faberdb_2;

-- 0042 replace composite type public.extent [safe]
DROP TYPE public.extent__faberdb;

-- 0043 replace domain public.sizes [safe]
CREATE DOMAIN public.sizes AS public.size[];

-- 0044 replace domain public.sizes [safe]
CREATE FUNCTION public.sizes__faberdb(public.sizes__faberdb) RETURNS public.size LANGUAGE plpgsql STRICT AS $faberdb$ DECLARE made public.size; BEGIN made.width := ($1).width; made.height := ($1).height; RETURN made; END $faberdb$;

-- 0045 replace domain public.sizes [safe]
CREATE CAST (public.sizes__faberdb AS public.size) WITH FUNCTION public.sizes__faberdb(public.sizes__faberdb);

-- 0046 replace domain public.sizes [dangerous]
ALTER TABLE public.crate ALTER COLUMN "all" TYPE public.sizes USING "all"::public.sizes;

-- 0047 replace domain public.sizes [safe]
DROP CAST (public.sizes__faberdb AS public.size);

-- 0048 replace domain public.sizes [safe]
DROP FUNCTION public.sizes__faberdb(public.sizes__faberdb);

-- 0049 replace domain public.sizes [safe]
DROP TYPE public.sizes__faberdb;

COMMIT;
