-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 4 to create, 4 to alter, 0 to replace, 2 to drop, 0 to rename. Risk: destructive.
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

-- 0001 alter table public.t [caution]
ALTER TABLE public.t NOT OF;

-- 0002 drop attribute public.part.b [caution]
ALTER TYPE public.part DROP ATTRIBUTE b CASCADE;

-- 0003 alter attribute public.part.a [caution]
ALTER TYPE public.part ALTER ATTRIBUTE a TYPE bigint CASCADE;

-- 0004 create attribute public.part.n [caution]
--      ! what reads or writes the type whole meets one value more from now on
ALTER TYPE public.part ADD ATTRIBUTE n integer CASCADE;

-- 0005 create attribute public.part.b2 [caution]
--      ! what reads or writes the type whole meets one value more from now on
ALTER TYPE public.part ADD ATTRIBUTE b2 text CASCADE;

-- 0006 alter column public.t.a [dangerous]
--      ! the table is rewritten while it is locked
--      ! prepared statements that return it fail until they are prepared anew
ALTER TABLE public.t ALTER COLUMN a TYPE bigint USING a::bigint;

-- 0007 drop column public.t.b [dangerous]
--      ! it looks as if it were only renamed to b2; then declare it with renamed_from
LOCK TABLE public.t IN ACCESS EXCLUSIVE MODE;

-- 0008 drop column public.t.b [dangerous]
--      ! the values are copied to quarantine while the table is locked
--      ! no key tells its rows apart: kept values come back by the content of the other columns, and to rows alike in all of them by their order in the file; exact as long as nobody writes to the table in between
CREATE TABLE faberdb_quarantine.q_1 AS SELECT row_number() OVER () AS id, md5(ROW(a::bigint)::text) AS digest, row_number() OVER (PARTITION BY md5(ROW(a::bigint)::text) ORDER BY tableoid, ctid) AS ordinal, b AS value FROM public.t;

-- 0009 drop column public.t.b [safe]
ALTER TABLE faberdb_quarantine.q_1 ADD PRIMARY KEY (id);

-- 0010 drop column public.t.b [destructive]
--      ! queries that use it fail from the moment this commits
ALTER TABLE public.t DROP COLUMN b;

-- 0011 create column public.t.n [safe]
ALTER TABLE public.t ADD COLUMN n integer;

-- 0012 create column public.t.b2 [safe]
ALTER TABLE public.t ADD COLUMN b2 text;

-- 0013 alter table public.t [caution]
ALTER TABLE public.t OF public.part;

COMMIT;
