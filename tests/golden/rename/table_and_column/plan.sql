-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 2 to alter, 0 to replace, 0 to drop, 2 to rename. Risk: dangerous.
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

-- 0001 rename table public.client [dangerous]
--      ! queries that use the old name fail from the moment this commits
ALTER TABLE public.customer RENAME TO client;

-- 0002 rename column public.client.full_name [dangerous]
--      ! queries that use the old name fail from the moment this commits
ALTER TABLE public.client RENAME COLUMN name TO full_name;

-- 0003 alter column public.client.full_name [dangerous]
LOCK TABLE public.client IN ACCESS EXCLUSIVE MODE;

-- 0004 alter column public.client.full_name [dangerous]
--      ! the values are copied to quarantine while the table is locked
--      ! no key tells its rows apart: kept values come back by the content of the other columns, and to rows alike in all of them by their order in the file; exact as long as nobody writes to the table in between
CREATE TABLE faberdb_quarantine.q_1 AS SELECT row_number() OVER () AS id, md5(ROW(id)::text) AS digest, row_number() OVER (PARTITION BY md5(ROW(id)::text) ORDER BY tableoid, ctid) AS ordinal, full_name AS value, full_name::character varying(3) AS became FROM public.client;

-- 0005 alter column public.client.full_name [safe]
ALTER TABLE faberdb_quarantine.q_1 ADD PRIMARY KEY (id);

-- 0006 alter column public.client.full_name [dangerous]
--      ! a value that is too long for character varying(3) stops it, unless `using` says what is to become of such values
--      ! prepared statements that return it fail until they are prepared anew
--      ! table public.customer is rewritten while it is locked
ALTER TABLE public.client ALTER COLUMN full_name TYPE character varying(3);

-- 0007 alter column public.client.full_name [safe]
ALTER TABLE public.client RENAME CONSTRAINT customer_name_not_null TO client_full_name_not_null;

-- 0008 alter column public.client.id [safe]
ALTER TABLE public.client RENAME CONSTRAINT customer_id_not_null TO client_id_not_null;

COMMIT;
