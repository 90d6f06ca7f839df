-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 1 to alter, 2 to replace, 1 to drop, 1 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 8 made-up rows in 2 tables.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;
CREATE SCHEMA IF NOT EXISTS faberdb_quarantine;
REVOKE ALL ON SCHEMA faberdb_quarantine FROM PUBLIC;

BEGIN;

-- 0001 rename rule public.customer.noted [caution]
ALTER RULE logged ON public.customer RENAME TO noted;

-- 0002 drop rule public.customer.kept [caution]
--      ! statements on the table do something else from now on; prepared ones are planned anew
DROP RULE kept ON public.customer;

-- 0003 replace rule public.customer.noted [caution]
--      ! statements on the table do something else from now on; prepared ones are planned anew
DROP RULE noted ON public.customer;

-- 0004 alter column public.customer.email [dangerous]
LOCK TABLE public.customer IN ACCESS EXCLUSIVE MODE;

-- 0005 alter column public.customer.email [dangerous]
--      ! the values are copied to quarantine while the table is locked
--      ! no key tells its rows apart: kept values come back by the content of the other columns, and to rows alike in all of them by their order in the file; exact as long as nobody writes to the table in between
CREATE TABLE faberdb_quarantine.q_1 AS SELECT row_number() OVER () AS id, md5(ROW(id)::text) AS digest, row_number() OVER (PARTITION BY md5(ROW(id)::text) ORDER BY tableoid, ctid) AS ordinal, email AS value, email::character varying(100) AS became FROM public.customer;

-- 0006 alter column public.customer.email [safe]
ALTER TABLE faberdb_quarantine.q_1 ADD PRIMARY KEY (id);

-- 0007 alter column public.customer.email [dangerous]
--      ! a value that is too long for character varying(100) stops it, unless `using` says what is to become of such values
--      ! prepared statements that return it fail until they are prepared anew
--      ! the table is rewritten while it is locked
ALTER TABLE public.customer ALTER COLUMN email TYPE character varying(100);

-- 0008 replace rule public.customer.noted [caution]
--      ! statements on the table do something else from now on; prepared ones are planned anew
CREATE RULE noted AS
    ON UPDATE TO public.customer DO ALSO
INSERT INTO public.log (what)
  VALUES (new.email);

-- 0009 replace comment on rule public.customer.noted [safe]
COMMENT ON RULE noted ON public.customer IS 'All';

COMMIT;
