-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 4 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 replace primary key public.customer.customer_pkey [caution]
ALTER TABLE public.customer DROP CONSTRAINT customer_pkey;

-- 0002 replace index public.customer.customer_town [dangerous]
--      ! queries do without it until it is built anew
DROP INDEX public.customer_town;

-- 0003 replace view public.sorted [caution]
DROP VIEW public.sorted;

-- 0004 replace collation public.words [dangerous]
--      ! indexes on columns of this collation are built anew while their tables are locked
ALTER TABLE public.customer ALTER COLUMN name TYPE text COLLATE pg_catalog."default";

-- 0005 replace collation public.words [caution]
DROP COLLATION public.words;

-- 0006 replace collation public.words [safe]
CREATE COLLATION public.words (provider = libc, locale = 'POSIX');

-- 0007 replace collation public.words [dangerous]
--      ! indexes on columns of this collation are built anew while their tables are locked
ALTER TABLE public.customer ALTER COLUMN name TYPE text COLLATE public.words;

-- 0008 replace primary key public.customer.customer_pkey [dangerous]
--      ! the table is locked while the index is built, and rows that are alike stop it
ALTER TABLE public.customer ADD CONSTRAINT customer_pkey PRIMARY KEY (name);

-- 0009 replace index public.customer.customer_town [dangerous]
--      ! writes to the table wait until the index is built
CREATE INDEX customer_town ON public.customer (town COLLATE public.words);

-- 0010 replace view public.sorted [safe]
CREATE VIEW public.sorted AS
SELECT name
   FROM public.customer
  ORDER BY name;

COMMIT;
