-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 2 to create, 1 to alter, 0 to replace, 1 to drop, 0 to rename. Risk: destructive.
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

-- 0001 drop attribute public.place.state [dangerous]
--      ! it looks as if it were only renamed to country; then declare it with renamed_from
--      ! table public.customer is locked for a moment too
LOCK TABLE public.customer IN ACCESS EXCLUSIVE MODE;

-- 0002 drop attribute public.place.state [dangerous]
--      ! the values are copied to quarantine while the table is locked
CREATE TABLE faberdb_quarantine.q_1_1 AS SELECT row_number() OVER () AS id, id AS key_1, ((home).state)::text AS value FROM public.customer;

-- 0003 drop attribute public.place.state [safe]
ALTER TABLE faberdb_quarantine.q_1_1 ADD PRIMARY KEY (id);

-- 0004 drop attribute public.place.state [destructive]
--      ! its values leave every column of the type; they are kept in quarantine
ALTER TYPE public.place DROP ATTRIBUTE state CASCADE;

-- 0005 create attribute public.place.country [caution]
--      ! what reads or writes the type whole meets one value more from now on
ALTER TYPE public.place ADD ATTRIBUTE country text CASCADE;

-- 0006 create attribute public.place.code [caution]
--      ! what reads or writes the type whole meets one value more from now on
ALTER TYPE public.place ADD ATTRIBUTE code integer CASCADE;

COMMIT;
