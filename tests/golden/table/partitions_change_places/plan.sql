-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 1 to create, 4 to alter, 1 to replace, 1 to drop, 0 to rename. Risk: destructive.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 12 made-up rows in 2 tables and none in 2 tables.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;
CREATE SCHEMA IF NOT EXISTS faberdb_quarantine;
REVOKE ALL ON SCHEMA faberdb_quarantine FROM PUBLIC;

BEGIN;

-- 0001 create column public.day.size [safe]
CREATE SCHEMA faberdb_quarantine_2;

-- 0002 create column public.day.size [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_2 FROM PUBLIC;

-- 0003 alter table public.a [dangerous]
--      ! queries on the parent wait for a moment, and no longer find the rows of the partition
ALTER TABLE public.day DETACH PARTITION public.a;

-- 0004 replace table public.b [dangerous]
--      ! queries on the parent wait for a moment, and no longer find the rows of the partition
ALTER TABLE public.night DETACH PARTITION public.b;

-- 0005 replace table public.b [destructive]
ALTER TABLE public.b SET SCHEMA faberdb_quarantine_2;

-- 0006 drop column public.day.size [dangerous]
--      ! table public.c is locked for a moment too
LOCK TABLE public.day IN ACCESS EXCLUSIVE MODE;

-- 0007 drop column public.day.size [dangerous]
--      ! the values are copied to quarantine while the table is locked
--      ! no key tells its rows apart: kept values come back by the content of the other columns, and to rows alike in all of them by their order in the file; exact as long as nobody writes to the table in between
CREATE TABLE faberdb_quarantine.q_1 AS SELECT row_number() OVER () AS id, md5(ROW(kind)::text) AS digest, row_number() OVER (PARTITION BY md5(ROW(kind)::text) ORDER BY tableoid, ctid) AS ordinal, size AS value FROM public.day;

-- 0008 drop column public.day.size [safe]
ALTER TABLE faberdb_quarantine.q_1 ADD PRIMARY KEY (id);

-- 0009 drop column public.day.size [destructive]
--      ! queries that use it fail from the moment this commits
ALTER TABLE public.day DROP COLUMN size;

-- 0010 alter table public.c [dangerous]
--      ! queries on the parent wait for a moment, and no longer find the rows of the partition
ALTER TABLE public.day DETACH PARTITION public.c;

-- 0011 alter column public.night.size [caution]
--      ! prepared statements that return it fail until they are prepared anew
ALTER TABLE public.night ALTER COLUMN size TYPE bigint USING size::bigint;

-- 0012 alter table public.a [dangerous]
--      ! the table is rewritten while it is locked
ALTER TABLE public.a ALTER COLUMN size TYPE bigint;

-- 0013 alter table public.a [safe]
ALTER TABLE public.a RENAME CONSTRAINT day_kind_not_null TO night_kind_not_null;

-- 0014 alter table public.a [dangerous]
--      ! the table is locked while all its rows are checked
ALTER TABLE public.night ATTACH PARTITION public.a FOR VALUES IN ('a');

-- 0015 alter table public.rest [dangerous]
--      ! queries on the parent wait for a moment, and no longer find the rows of the partition
ALTER TABLE public.day DETACH PARTITION public.rest;

-- 0016 alter table public.c [caution]
ALTER TABLE public.day ATTACH PARTITION public.c DEFAULT;

-- 0017 alter table public.rest [dangerous]
--      ! the table is locked while all its rows are checked
ALTER TABLE public.day ATTACH PARTITION public.rest FOR VALUES IN ('c');

-- 0018 create table public.some [dangerous]
--      ! the default partition is searched for rows that belong into the new one, while both and the table above are locked
CREATE TABLE public."some" PARTITION OF public.day FOR VALUES IN ('b', 'e') PARTITION BY LIST (kind);

-- 0019 replace table public.b [safe]
CREATE TABLE public.b PARTITION OF public."some" FOR VALUES IN ('b');

-- 0020 replace table public.b [dangerous]
--      ! its rows are copied while it is locked, and keep the values of columns that it still has; a rollback brings back the rows as they are now, and those written since stay in quarantine
INSERT INTO public.b (kind) SELECT kind FROM ONLY faberdb_quarantine_2.b;

COMMIT;
