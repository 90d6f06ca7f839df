-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 8 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;
CREATE SCHEMA IF NOT EXISTS faberdb_quarantine;
REVOKE ALL ON SCHEMA faberdb_quarantine FROM PUBLIC;

BEGIN;

-- 0001 replace composite type public.extent [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.crate ALTER COLUMN whole TYPE json USING to_json(whole);

-- 0002 replace composite type public.extent [caution]
DROP TYPE public.extent;

-- 0003 replace domain public.inner_size [dangerous]
LOCK TABLE public.crate IN ACCESS EXCLUSIVE MODE;

-- 0004 replace domain public.inner_size [dangerous]
--      ! the values are copied to quarantine while the table is locked
CREATE TABLE faberdb_quarantine.q_1_1 AS SELECT row_number() OVER () AS id, id AS key_1, (inside)::text AS value, (inside)::text AS became FROM public.crate;

-- 0005 replace domain public.inner_size [safe]
ALTER TABLE faberdb_quarantine.q_1_1 ADD PRIMARY KEY (id);

-- 0006 replace domain public.inner_size [dangerous]
LOCK TABLE public.crate IN ACCESS EXCLUSIVE MODE;

-- 0007 replace domain public.inner_size [dangerous]
--      ! the values are copied to quarantine while the table is locked
CREATE TABLE faberdb_quarantine.q_1_2 AS SELECT row_number() OVER () AS id, id AS key_1, (layers)::text AS value, (layers)::text AS became FROM public.crate;

-- 0008 replace domain public.inner_size [safe]
ALTER TABLE faberdb_quarantine.q_1_2 ADD PRIMARY KEY (id);

-- 0009 replace domain public.inner_size [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.crate ALTER COLUMN inside TYPE json USING to_json(inside);

-- 0010 replace domain public.inner_size [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.crate ALTER COLUMN layers TYPE json USING to_json(layers);

-- 0011 replace domain public.inner_size [caution]
DROP DOMAIN public.inner_size;

-- 0012 replace domain public.sizes [dangerous]
LOCK TABLE public.crate IN ACCESS EXCLUSIVE MODE;

-- 0013 replace domain public.sizes [dangerous]
--      ! the values are copied to quarantine while the table is locked
CREATE TABLE faberdb_quarantine.q_2_1 AS SELECT row_number() OVER () AS id, id AS key_1, ("all")::text AS value, ("all")::text AS became FROM public.crate;

-- 0014 replace domain public.sizes [safe]
ALTER TABLE faberdb_quarantine.q_2_1 ADD PRIMARY KEY (id);

-- 0015 replace domain public.sizes [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.crate ALTER COLUMN "all" TYPE json USING to_json("all");

-- 0016 replace domain public.sizes [caution]
DROP DOMAIN public.sizes;

-- 0017 replace composite type public.size [caution]
DROP TYPE public.size;

-- 0018 replace composite type public.size [safe]
CREATE TYPE public.size AS (
    height integer,
    width integer
);

-- 0019 replace domain public.inner_size [safe]
CREATE DOMAIN public.inner_size AS public.size;

-- 0020 replace domain public.inner_size [safe]
CREATE TYPE public.inner_size__faberdb AS (value public.inner_size[]);

-- 0021 replace domain public.inner_size [safe]
CREATE TYPE public.inner_size__faberdb_one AS (value public.inner_size);

-- 0022 replace domain public.inner_size [dangerous]
ALTER TABLE public.crate ALTER COLUMN inside TYPE public.inner_size USING (json_populate_record(NULL::public.inner_size__faberdb_one, json_build_object('value', inside))).value;

-- 0023 replace domain public.inner_size [dangerous]
ALTER TABLE public.crate ALTER COLUMN layers TYPE public.inner_size[] USING (json_populate_record(NULL::public.inner_size__faberdb, json_build_object('value', layers))).value;

-- 0024 replace domain public.inner_size [safe]
DROP TYPE public.inner_size__faberdb;

-- 0025 replace domain public.inner_size [safe]
DROP TYPE public.inner_size__faberdb_one;

-- 0026 replace composite type public.extent [safe]
CREATE TYPE public.extent AS (
    front public.inner_size,
    depth integer
);

-- 0027 replace composite type public.extent [dangerous]
ALTER TABLE public.crate ALTER COLUMN whole TYPE public.extent USING CASE WHEN whole IS NOT NULL THEN json_populate_record(NULL::public.extent, whole) END;

-- 0028 replace domain public.sizes [safe]
CREATE DOMAIN public.sizes AS public.size[];

-- 0029 replace domain public.sizes [safe]
CREATE TYPE public.sizes__faberdb_one AS (value public.sizes);

-- 0030 replace domain public.sizes [dangerous]
ALTER TABLE public.crate ALTER COLUMN "all" TYPE public.sizes USING (json_populate_record(NULL::public.sizes__faberdb_one, json_build_object('value', "all"))).value;

-- 0031 replace domain public.sizes [safe]
DROP TYPE public.sizes__faberdb_one;

COMMIT;
