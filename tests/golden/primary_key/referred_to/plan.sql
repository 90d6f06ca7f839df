-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 1 to create, 0 to alter, 1 to replace, 1 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 12 made-up rows in 2 tables.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 replace foreign key public.city.city_country_fkey [caution]
--      ! table public.country is locked for a moment too
ALTER TABLE public.city DROP CONSTRAINT city_country_fkey;

-- 0002 drop primary key public.country.country_pkey [caution]
--      ! rows that it kept out can be written from the moment this commits
ALTER TABLE public.country DROP CONSTRAINT country_pkey;

-- 0003 create primary key public.country.country_key [dangerous]
--      ! the table is locked while the index is built, and rows that are alike stop it
ALTER TABLE public.country ADD CONSTRAINT country_key PRIMARY KEY (code) INCLUDE (title);

-- 0004 replace foreign key public.city.city_country_fkey [dangerous]
--      ! writes to both tables wait while all rows are checked, and a row without its match stops it
--      ! no index begins with its columns: each DELETE from the other table, and each change of its key, reads this one
ALTER TABLE public.city ADD CONSTRAINT city_country_fkey FOREIGN KEY (country) REFERENCES public.country (code);

COMMIT;
