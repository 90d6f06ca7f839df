-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 2 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
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

-- 0001 alter column public.customer.email [caution]
--      ! whoever reads it may meet NULL from the moment this commits
ALTER TABLE public.customer ALTER COLUMN email DROP NOT NULL;

SET LOCAL search_path = "public";
-- 0002 alter column public.customer.name [dangerous]
LOCK TABLE public.customer IN ACCESS EXCLUSIVE MODE;

-- 0003 alter column public.customer.name [dangerous]
--      ! the values are copied to quarantine while the table is locked
--      ! no key tells its rows apart: kept values come back by the content of the other columns, and to rows alike in all of them by their order in the file; exact as long as nobody writes to the table in between
CREATE TABLE faberdb_quarantine.q_1 AS SELECT row_number() OVER () AS id, md5(ROW(email)::text) AS digest, row_number() OVER (PARTITION BY md5(ROW(email)::text) ORDER BY tableoid, ctid) AS ordinal, name AS value, (name)::text AS became FROM public.customer;

-- 0004 alter column public.customer.name [safe]
ALTER TABLE faberdb_quarantine.q_1 ADD PRIMARY KEY (id);

-- 0005 alter column public.customer.name [dangerous]
--      ! rows are filled by one UPDATE; the table stays locked until it is done
WITH filled AS (UPDATE public.customer SET name = 'unknown' FROM (SELECT t.tableoid AS faberdb_part, t.ctid AS faberdb_place, q.id AS faberdb_row FROM public.customer t, faberdb_quarantine.q_1 q, (SELECT s.tableoid AS part, s.ctid AS place, md5(ROW(s.email)::text) AS digest, row_number() OVER (PARTITION BY md5(ROW(s.email)::text) ORDER BY s.tableoid, s.ctid) AS ordinal FROM public.customer s) n WHERE t.tableoid = n.part AND t.ctid = n.place AND n.digest = q.digest AND n.ordinal = q.ordinal AND t.name IS NULL) faberdb WHERE public.customer.tableoid = faberdb_part AND public.customer.ctid = faberdb_place RETURNING faberdb_row, public.customer.name::text AS value) UPDATE faberdb_quarantine.q_1 q SET became = filled.value FROM filled WHERE q.id = filled.faberdb_row;

-- 0006 alter column public.customer.name [dangerous]
--      ! the table is scanned while it is locked, and a row without a value stops it
ALTER TABLE public.customer ALTER COLUMN name SET NOT NULL;

COMMIT;
