-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 5 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
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

-- 0001 alter column public.parcel.height [dangerous]
LOCK TABLE public.parcel IN ACCESS EXCLUSIVE MODE;

-- 0002 alter column public.parcel.height [dangerous]
--      ! the values are copied to quarantine while the table is locked
CREATE TABLE faberdb_quarantine.q_1 AS SELECT row_number() OVER () AS id, id AS key_1, height AS value, height::numeric(8,1) AS became, label AS value_2, label::character varying(9) AS became_2, seen AS value_3, seen::timestamp without time zone AS became_3, sent AS value_4, sent::timestamp without time zone AS became_4, weight AS value_5, weight::numeric(8,1) AS became_5 FROM public.parcel;

-- 0003 alter column public.parcel.height [safe]
ALTER TABLE faberdb_quarantine.q_1 ADD PRIMARY KEY (id);

-- 0004 alter column public.parcel.height [dangerous]
--      ! a value that does not fit the new type stops it
--      ! prepared statements that return it fail until they are prepared anew
--      ! the table is rewritten while it is locked
ALTER TABLE public.parcel ALTER COLUMN height TYPE numeric(8,1) USING height::numeric(8,1);

-- 0005 alter column public.parcel.label [dangerous]
--      ! a value that is too long for character varying(9) stops it, unless `using` says what is to become of such values
--      ! prepared statements that return it fail until they are prepared anew
--      ! the table is rewritten while it is locked
ALTER TABLE public.parcel ALTER COLUMN label TYPE character varying(9);

-- 0006 alter column public.parcel.seen [dangerous]
--      ! a value that does not fit the new type stops it
--      ! prepared statements that return it fail until they are prepared anew
--      ! the values are taken as times of UTC, whatever TimeZone the database or a role has set; `using` names another
ALTER TABLE public.parcel ALTER COLUMN seen TYPE timestamp without time zone USING seen::timestamp without time zone;

-- 0007 alter column public.parcel.sent [dangerous]
--      ! a value that does not fit the new type stops it
--      ! prepared statements that return it fail until they are prepared anew
--      ! the values are taken as times of UTC, whatever TimeZone the database or a role has set; `using` names another
ALTER TABLE public.parcel ALTER COLUMN sent TYPE timestamp without time zone USING sent::timestamp without time zone;

-- 0008 alter column public.parcel.weight [dangerous]
--      ! a value that does not fit the new type stops it
--      ! prepared statements that return it fail until they are prepared anew
--      ! the table is rewritten while it is locked
ALTER TABLE public.parcel ALTER COLUMN weight TYPE numeric(8,1) USING weight::numeric(8,1);

COMMIT;
