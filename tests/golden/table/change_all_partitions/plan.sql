-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 5 to create, 1 to alter, 2 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 2 made-up rows in 2 tables.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;
CREATE SCHEMA IF NOT EXISTS faberdb_quarantine;
REVOKE ALL ON SCHEMA faberdb_quarantine FROM PUBLIC;

BEGIN;

-- 0001 create column public.orders.extra [caution]
--      ! table public.orders_2020 and table public.orders_2021 are locked for a moment too
ALTER TABLE public.orders ADD COLUMN extra integer DEFAULT 7 NOT NULL;

-- 0002 replace default public.orders.note [safe]
ALTER TABLE public.orders ALTER COLUMN note DROP DEFAULT;

-- 0003 alter column public.orders.note [dangerous]
LOCK TABLE public.orders IN ACCESS EXCLUSIVE MODE;

-- 0004 alter column public.orders.note [dangerous]
--      ! the values are copied to quarantine while the table is locked
CREATE TABLE faberdb_quarantine.q_1 AS SELECT row_number() OVER () AS id, id AS key_1, placed AS key_2, note AS value, note::character varying(40) AS became FROM public.orders;

-- 0005 alter column public.orders.note [safe]
ALTER TABLE faberdb_quarantine.q_1 ADD PRIMARY KEY (id);

-- 0006 alter column public.orders.note [dangerous]
--      ! a value that is too long for character varying(40) stops it, unless `using` says what is to become of such values
--      ! prepared statements that return it fail until they are prepared anew
--      ! table public.orders_2020 and table public.orders_2021 are rewritten while they are locked
ALTER TABLE public.orders ALTER COLUMN note TYPE character varying(40);

-- 0007 replace default public.orders.note [safe]
ALTER TABLE public.orders ALTER COLUMN note SET DEFAULT 'some'::character varying;

-- 0008 replace default public.orders.note [safe]
ALTER TABLE public.orders_2020 ALTER COLUMN note SET DEFAULT 'old'::character varying;

-- 0009 replace check public.orders.positive [caution]
ALTER TABLE public.orders DROP CONSTRAINT positive;

-- 0010 replace check public.orders.positive [dangerous]
--      ! the table is locked while all rows are checked, and a row that fails stops it
ALTER TABLE public.orders ADD CONSTRAINT positive CHECK ((id > '-1'::integer));

-- 0011 create column public.orders_2020.note [dangerous]
--      ! the table is scanned while it is locked, and a row without a value stops it
ALTER TABLE public.orders_2020 ALTER COLUMN note SET NOT NULL;

-- 0012 create column public.orders_2020.note [safe]
ALTER TABLE public.orders_2020 ALTER COLUMN note SET DEFAULT 'old'::character varying;

-- 0013 create check public.orders_2020.old [dangerous]
--      ! the table is locked while all rows are checked, and a row that fails stops it
ALTER TABLE public.orders_2020 ADD CONSTRAINT old CHECK ((id < 1000));

COMMIT;
