-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 3 to create, 0 to alter, 0 to replace, 1 to drop, 0 to rename. Risk: destructive.
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

-- 0001 create column public.customer.email [safe]
ALTER TABLE public.customer ADD COLUMN email text;

-- 0002 drop column public.customer.phone [dangerous]
--      ! it looks as if it were only renamed to email; then declare it with renamed_from
LOCK TABLE public.customer IN ACCESS EXCLUSIVE MODE;

-- 0003 drop column public.customer.phone [dangerous]
--      ! the values are copied to quarantine while the table is locked
CREATE TABLE faberdb_quarantine.q_1 AS SELECT row_number() OVER () AS id, id AS key_1, phone AS value FROM public.customer;

-- 0004 drop column public.customer.phone [safe]
ALTER TABLE faberdb_quarantine.q_1 ADD PRIMARY KEY (id);

-- 0005 drop column public.customer.phone [destructive]
--      ! queries that use it fail from the moment this commits
ALTER TABLE public.customer DROP COLUMN phone;

-- 0006 create column public.customer.since [safe]
ALTER TABLE public.customer ADD COLUMN since date DEFAULT CURRENT_DATE NOT NULL;

COMMIT;
