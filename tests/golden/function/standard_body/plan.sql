-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 1 to create, 1 to alter, 1 to replace, 0 to drop, 0 to rename. Risk: dangerous.
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

-- 0001 replace function public.emails() [dangerous]
--      ! calls from the application and from bodies of other routines must fit the new form
DROP FUNCTION public.emails();

-- 0002 alter column public.customer.email [dangerous]
LOCK TABLE public.customer IN ACCESS EXCLUSIVE MODE;

-- 0003 alter column public.customer.email [dangerous]
--      ! the values are copied to quarantine while the table is locked
--      ! no key tells its rows apart: kept values come back by the content of the other columns, and to rows alike in all of them by their order in the file; exact as long as nobody writes to the table in between
CREATE TABLE faberdb_quarantine.q_1 AS SELECT row_number() OVER () AS id, md5(ROW(id)::text) AS digest, row_number() OVER (PARTITION BY md5(ROW(id)::text) ORDER BY tableoid, ctid) AS ordinal, email AS value, email::character varying(200) AS became FROM public.customer;

-- 0004 alter column public.customer.email [safe]
ALTER TABLE faberdb_quarantine.q_1 ADD PRIMARY KEY (id);

-- 0005 alter column public.customer.email [dangerous]
--      ! a value that is too long for character varying(200) stops it, unless `using` says what is to become of such values
--      ! prepared statements that return it fail until they are prepared anew
--      ! the table is rewritten while it is locked
ALTER TABLE public.customer ALTER COLUMN email TYPE character varying(200);

-- 0006 replace function public.emails() [safe]
CREATE FUNCTION public.emails()
RETURNS SETOF text
LANGUAGE sql
BEGIN ATOMIC
 SELECT customer.email
    FROM public.customer
   WHERE (customer.id > 0);
END;

-- 0007 create function public.half(numeric) [safe]
CREATE FUNCTION public.half(a numeric)
RETURNS numeric
LANGUAGE sql
IMMUTABLE
RETURN (a / (2)::numeric);

COMMIT;
