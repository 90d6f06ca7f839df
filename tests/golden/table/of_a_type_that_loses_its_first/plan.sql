-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 1 to alter, 5 to replace, 2 to drop, 0 to rename. Risk: destructive.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create table public.customer [safe]
CREATE SCHEMA faberdb_quarantine_1;

-- 0002 create table public.customer [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_1 FROM PUBLIC;

-- 0003 replace view public.adult [caution]
DROP VIEW public.adult;

-- 0004 replace table public.customer [caution]
ALTER TABLE public.customer NOT OF;

-- 0005 replace table public.customer [destructive]
ALTER TABLE public.customer SET SCHEMA faberdb_quarantine_1;

-- 0006 drop attribute public.person.title [caution]
ALTER TYPE public.person DROP ATTRIBUTE title CASCADE;

-- 0007 replace table public.customer [safe]
CREATE TABLE public.customer (
    name text NOT NULL,
    born date
);

-- 0008 replace table public.customer [dangerous]
--      ! its rows are copied while it is locked, and keep the values of columns that it still has; a rollback brings back the rows as they are now, and those written since stay in quarantine
INSERT INTO public.customer (name, born) SELECT name, born FROM ONLY faberdb_quarantine_1.customer;

-- 0009 replace table public.customer [caution]
ALTER TABLE public.customer OF public.person;

-- 0010 replace view public.adult [safe]
CREATE VIEW public.adult AS
SELECT name
   FROM public.customer
  WHERE (born < '2000-01-01'::date);

-- 0011 replace index public.customer.customer_name_idx [dangerous]
--      ! writes to the table wait until the index is built
CREATE INDEX customer_name_idx ON public.customer (name);

COMMIT;
