-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 3 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
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

-- 0001 alter column public.product.listed [dangerous]
LOCK TABLE public.product IN ACCESS EXCLUSIVE MODE;

-- 0002 alter column public.product.listed [dangerous]
--      ! the values are copied to quarantine while the table is locked
CREATE TABLE faberdb_quarantine.q_1 AS SELECT row_number() OVER () AS id, id AS key_1, listed AS value, listed::date AS became, name AS value_2, name::character varying(5) AS became_2, weight AS value_3, weight::integer AS became_3 FROM public.product;

-- 0003 alter column public.product.listed [safe]
ALTER TABLE faberdb_quarantine.q_1 ADD PRIMARY KEY (id);

-- 0004 alter column public.product.listed [dangerous]
--      ! a value that does not fit the new type stops it
--      ! prepared statements that return it fail until they are prepared anew
--      ! the table is rewritten while it is locked
ALTER TABLE public.product ALTER COLUMN listed TYPE date USING listed::date;

-- 0005 alter column public.product.name [dangerous]
--      ! a value that is too long for character varying(5) stops it, unless `using` says what is to become of such values
--      ! prepared statements that return it fail until they are prepared anew
--      ! the table is rewritten while it is locked
ALTER TABLE public.product ALTER COLUMN name TYPE character varying(5);

-- 0006 alter column public.product.weight [dangerous]
--      ! a value that does not fit the new type stops it
--      ! prepared statements that return it fail until they are prepared anew
--      ! the table is rewritten while it is locked
ALTER TABLE public.product ALTER COLUMN weight TYPE integer USING weight::integer;

COMMIT;
