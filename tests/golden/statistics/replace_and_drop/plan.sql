-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 1 to alter, 2 to replace, 1 to drop, 0 to rename. Risk: dangerous.
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

-- 0001 replace statistics public.place_all [caution]
DROP STATISTICS public.place_all;

-- 0002 drop statistics public.place_code [caution]
DROP STATISTICS public.place_code;

-- 0003 replace statistics public.place_type [caution]
DROP STATISTICS public.place_type;

-- 0004 alter column public.place.code [dangerous]
LOCK TABLE public.place IN ACCESS EXCLUSIVE MODE;

-- 0005 alter column public.place.code [dangerous]
--      ! the values are copied to quarantine while the table is locked
--      ! no key tells its rows apart: kept values come back by the content of the other columns, and to rows alike in all of them by their order in the file; exact as long as nobody writes to the table in between
CREATE TABLE faberdb_quarantine.q_1 AS SELECT row_number() OVER () AS id, md5(ROW(country, town)::text) AS digest, row_number() OVER (PARTITION BY md5(ROW(country, town)::text) ORDER BY tableoid, ctid) AS ordinal, code AS value, code::character varying(20) AS became FROM public.place;

-- 0006 alter column public.place.code [safe]
ALTER TABLE faberdb_quarantine.q_1 ADD PRIMARY KEY (id);

-- 0007 alter column public.place.code [dangerous]
--      ! a value that is too long for character varying(20) stops it, unless `using` says what is to become of such values
--      ! prepared statements that return it fail until they are prepared anew
--      ! the table is rewritten while it is locked
ALTER TABLE public.place ALTER COLUMN code TYPE character varying(20);

-- 0008 replace statistics public.place_all [safe]
CREATE STATISTICS public.place_all ON code, country FROM public.place;

-- 0009 replace statistics public.place_type [safe]
CREATE STATISTICS public.place_type ON code, town FROM public.place;

-- 0010 replace statistics public.place_type [safe]
ALTER STATISTICS public.place_type SET STATISTICS 10;

COMMIT;
