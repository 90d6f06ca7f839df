-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 9 to replace, 0 to drop, 0 to rename. Risk: destructive.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 12 made-up rows in 2 tables.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create table public.item [safe]
CREATE SCHEMA faberdb_quarantine_1;

-- 0002 create table public.item [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_1 FROM PUBLIC;

-- 0003 create table public.item [safe]
CREATE SCHEMA faberdb_quarantine_2;

-- 0004 create table public.item [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_2 FROM PUBLIC;

-- 0005 create table public.item [safe]
CREATE SCHEMA faberdb_quarantine_3;

-- 0006 create table public.item [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_3 FROM PUBLIC;

-- 0007 create table public.item [safe]
CREATE SCHEMA faberdb_quarantine_4;

-- 0008 create table public.item [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_4 FROM PUBLIC;

-- 0009 replace table public.item_1 [dangerous]
--      ! queries on the parent wait for a moment, and no longer find the rows of the partition
ALTER TABLE public.item DETACH PARTITION public.item_1;

-- 0010 replace table public.item_1 [destructive]
ALTER TABLE public.item_1 SET SCHEMA faberdb_quarantine_2;

-- 0011 replace table public.item_rest_all [dangerous]
--      ! queries on the parent wait for a moment, and no longer find the rows of the partition
ALTER TABLE public.item_rest DETACH PARTITION public.item_rest_all;

-- 0012 replace table public.item_rest_all [destructive]
ALTER TABLE public.item_rest_all SET SCHEMA faberdb_quarantine_4;

-- 0013 replace table public.item_rest [dangerous]
--      ! queries on the parent wait for a moment, and no longer find the rows of the partition
ALTER TABLE public.item DETACH PARTITION public.item_rest;

-- 0014 replace table public.item_rest [destructive]
ALTER TABLE public.item_rest SET SCHEMA faberdb_quarantine_3;

-- 0015 replace table public.item [safe]
ALTER SEQUENCE public.item_number_seq OWNED BY NONE;

-- 0016 replace table public.item [destructive]
ALTER TABLE public.item SET SCHEMA faberdb_quarantine_1;

-- 0017 replace table public.item [safe]
CREATE TABLE public.item (
    id bigint NOT NULL,
    kind text NOT NULL,
    number integer DEFAULT nextval('public.item_number_seq'::regclass) NOT NULL,
    CONSTRAINT item_pkey PRIMARY KEY (id, kind)
) PARTITION BY RANGE (id);

-- 0018 replace table public.item [safe]
ALTER SEQUENCE public.item_number_seq OWNED BY public.item.number;

-- 0019 replace table public.item_1 [dangerous]
--      ! the default partition is searched for rows that belong into the new one, while both and the table above are locked
CREATE TABLE public.item_1 PARTITION OF public.item FOR VALUES FROM ('0') TO ('100');

-- 0020 replace table public.item_rest [dangerous]
--      ! the default partition is searched for rows that belong into the new one, while both and the table above are locked
CREATE TABLE public.item_rest PARTITION OF public.item DEFAULT PARTITION BY LIST (kind);

-- 0021 replace table public.item_rest_all [dangerous]
--      ! the default partition is searched for rows that belong into the new one, while both and the table above are locked
CREATE TABLE public.item_rest_all PARTITION OF public.item_rest DEFAULT;

-- 0022 replace table public.item [dangerous]
--      ! its rows are copied while it is locked, and keep the values of columns that it still has; a rollback brings back the rows as they are now, and those written since stay in quarantine
INSERT INTO public.item (id, kind, number) SELECT id::bigint, kind, number FROM ONLY faberdb_quarantine_2.item_1;

-- 0023 replace table public.item [dangerous]
--      ! its rows are copied while it is locked, and keep the values of columns that it still has; a rollback brings back the rows as they are now, and those written since stay in quarantine
INSERT INTO public.item (id, kind, number) SELECT id::bigint, kind, number FROM ONLY faberdb_quarantine_4.item_rest_all;

COMMIT;
