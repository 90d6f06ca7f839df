-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 7 to replace, 0 to drop, 0 to rename. Risk: destructive.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 12 made-up rows in 2 tables.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create table public.parcel [safe]
CREATE SCHEMA faberdb_quarantine_1;

-- 0002 create table public.parcel [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_1 FROM PUBLIC;

-- 0003 create table public.parcel [safe]
CREATE SCHEMA faberdb_quarantine_2;

-- 0004 create table public.parcel [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_2 FROM PUBLIC;

-- 0005 create table public.parcel [safe]
CREATE SCHEMA faberdb_quarantine_3;

-- 0006 create table public.parcel [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_3 FROM PUBLIC;

-- 0007 replace table public.parcel_first [dangerous]
--      ! queries on the parent wait for a moment, and no longer find the rows of the partition
ALTER TABLE public.parcel DETACH PARTITION public.parcel_first;

-- 0008 replace table public.parcel_first [destructive]
ALTER TABLE public.parcel_first SET SCHEMA faberdb_quarantine_2;

-- 0009 replace table public.parcel_others [dangerous]
--      ! queries on the parent wait for a moment, and no longer find the rows of the partition
ALTER TABLE public.parcel DETACH PARTITION public.parcel_others;

-- 0010 replace table public.parcel_others [destructive]
ALTER TABLE public.parcel_others SET SCHEMA faberdb_quarantine_3;

-- 0011 replace table public.parcel [destructive]
ALTER TABLE public.parcel SET SCHEMA faberdb_quarantine_1;

-- 0012 replace table public.parcel [safe]
CREATE TABLE public.parcel (
    id integer NOT NULL,
    depot integer NOT NULL,
    note text,
    CONSTRAINT parcel_pkey PRIMARY KEY (id, depot)
) PARTITION BY LIST (id);

-- 0013 replace table public.parcel_first [caution]
--      ! the table above is locked for a moment
CREATE TABLE public.parcel_first PARTITION OF public.parcel FOR VALUES IN (1);

-- 0014 replace table public.parcel_others [caution]
--      ! the table above is locked for a moment
CREATE TABLE public.parcel_others PARTITION OF public.parcel DEFAULT;

-- 0015 replace table public.parcel [dangerous]
--      ! its rows are copied while it is locked, and keep the values of columns that it still has; a rollback brings back the rows as they are now, and those written since stay in quarantine
INSERT INTO public.parcel (id, depot, note) SELECT id, depot, note FROM ONLY faberdb_quarantine_2.parcel_first;

-- 0016 replace table public.parcel [dangerous]
--      ! its rows are copied while it is locked, and keep the values of columns that it still has; a rollback brings back the rows as they are now, and those written since stay in quarantine
INSERT INTO public.parcel (id, depot, note) SELECT id, depot, note FROM ONLY faberdb_quarantine_3.parcel_others;

COMMIT;
