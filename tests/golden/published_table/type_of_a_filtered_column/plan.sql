-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 1 to alter, 1 to replace, 0 to drop, 0 to rename. Risk: dangerous.
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

-- 0001 replace published table changes."public.customer" [dangerous]
--      ! subscribers get other rows from the moment this commits, or stop with an error
ALTER PUBLICATION changes DROP TABLE ONLY public.customer;

-- 0002 alter column public.customer.id [dangerous]
LOCK TABLE public.customer IN ACCESS EXCLUSIVE MODE;

-- 0003 alter column public.customer.id [dangerous]
--      ! the values are copied to quarantine while the table is locked
--      ! no key tells its rows apart: kept values come back by the content of the other columns, and to rows alike in all of them by their order in the file; exact as long as nobody writes to the table in between
CREATE TABLE faberdb_quarantine.q_1 AS SELECT row_number() OVER () AS id, md5(ROW(email, region)::text) AS digest, row_number() OVER (PARTITION BY md5(ROW(email, region)::text) ORDER BY tableoid, ctid) AS ordinal, id AS value, id::integer AS became FROM public.customer;

-- 0004 alter column public.customer.id [safe]
ALTER TABLE faberdb_quarantine.q_1 ADD PRIMARY KEY (id);

-- 0005 alter column public.customer.id [dangerous]
--      ! a value that does not fit the new type stops it
--      ! prepared statements that return it fail until they are prepared anew
--      ! the table is rewritten while it is locked
ALTER TABLE public.customer ALTER COLUMN id TYPE integer USING id::integer;

-- 0006 replace published table changes."public.customer" [caution]
ALTER PUBLICATION changes ADD TABLE ONLY public.customer WHERE ((id > 10));

COMMIT;
