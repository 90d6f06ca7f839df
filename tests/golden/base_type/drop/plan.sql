-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 0 to replace, 9 to drop, 0 to rename. Risk: destructive.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with none in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;
CREATE SCHEMA IF NOT EXISTS faberdb_quarantine;
REVOKE ALL ON SCHEMA faberdb_quarantine FROM PUBLIC;

BEGIN;

-- 0001 create base type public.grade [safe]
CREATE SCHEMA faberdb_quarantine_1;

-- 0002 create base type public.grade [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_1 FROM PUBLIC;

-- 0003 create base type public.grade [safe]
CREATE SCHEMA faberdb_quarantine_3;

-- 0004 create base type public.grade [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_3 FROM PUBLIC;

-- 0005 create base type public.grade [safe]
CREATE SCHEMA faberdb_quarantine_4;

-- 0006 create base type public.grade [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_4 FROM PUBLIC;

-- 0007 create base type public.grade [safe]
CREATE SCHEMA faberdb_quarantine_5;

-- 0008 create base type public.grade [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_5 FROM PUBLIC;

-- 0009 drop operator public."<(public.grade, public.grade)" [caution]
DROP OPERATOR public.< (public.grade, public.grade);

-- 0010 drop function public.better(public.grade, public.grade) [dangerous]
--      ! calls from the application and from bodies of other routines fail from then on
DROP FUNCTION public.better(public.grade, public.grade);

-- 0011 drop column public.exam.grade [dangerous]
LOCK TABLE public.exam IN ACCESS EXCLUSIVE MODE;

-- 0012 drop column public.exam.grade [dangerous]
--      ! the values are copied to quarantine while the table is locked
--      ! no key tells its rows apart: kept values come back by the content of the other columns, and to rows alike in all of them by their order in the file; exact as long as nobody writes to the table in between
CREATE TABLE faberdb_quarantine.q_2 AS SELECT row_number() OVER () AS id, md5(ROW(id)::text) AS digest, row_number() OVER (PARTITION BY md5(ROW(id)::text) ORDER BY tableoid, ctid) AS ordinal, grade::text AS value FROM public.exam;

-- 0013 drop column public.exam.grade [safe]
ALTER TABLE faberdb_quarantine.q_2 ADD PRIMARY KEY (id);

-- 0014 drop column public.exam.grade [destructive]
--      ! queries that use it fail from the moment this commits
ALTER TABLE public.exam DROP COLUMN grade;

-- 0015 drop base type public.grade [caution]
ALTER FUNCTION public.grade_in(cstring) SET SCHEMA faberdb_quarantine_3;

-- 0016 drop base type public.grade [caution]
ALTER FUNCTION public.grade_out(public.grade) SET SCHEMA faberdb_quarantine_4;

-- 0017 drop base type public.grade [caution]
ALTER TYPE public.grade SET SCHEMA faberdb_quarantine_1;

COMMIT;
