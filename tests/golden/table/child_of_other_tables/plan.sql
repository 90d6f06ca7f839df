-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 3 to create, 2 to alter, 0 to replace, 4 to drop, 0 to rename. Risk: destructive.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 18 made-up rows in 3 tables.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create table public.thing [safe]
CREATE SCHEMA faberdb_quarantine_1;

-- 0002 create table public.thing [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_1 FROM PUBLIC;

-- 0003 alter table public.book [safe]
CREATE TABLE public.book_faberdb_above1 (LIKE public.work INCLUDING CONSTRAINTS INCLUDING GENERATED);

-- 0004 alter table public.book [caution]
ALTER TABLE public.book INHERIT public.book_faberdb_above1;

-- 0005 alter table public.book [dangerous]
--      ! queries on the parent wait for a moment, and no longer find the rows of the child
ALTER TABLE public.book NO INHERIT public.work;

-- 0006 alter table public.book [safe]
CREATE TABLE public.book_faberdb_above2 (LIKE public.printed INCLUDING CONSTRAINTS INCLUDING GENERATED);

-- 0007 alter table public.book [caution]
ALTER TABLE public.book INHERIT public.book_faberdb_above2;

-- 0008 alter table public.book [dangerous]
--      ! queries on the parent wait for a moment, and no longer find the rows of the child
ALTER TABLE public.book NO INHERIT public.printed;

-- 0009 create table public.item [safe]
CREATE TABLE public.item (
    id bigint NOT NULL,
    name text
);

-- 0010 alter table public.work [safe]
CREATE TABLE public.work_faberdb_above1 (LIKE public.thing INCLUDING CONSTRAINTS INCLUDING GENERATED);

-- 0011 alter table public.work [caution]
ALTER TABLE public.work INHERIT public.work_faberdb_above1;

-- 0012 alter table public.work [dangerous]
--      ! queries on the parent wait for a moment, and no longer find the rows of the child
ALTER TABLE public.work NO INHERIT public.thing;

-- 0013 drop table public.thing [destructive]
--      ! queries that use it fail from the moment this commits
--      ! it looks as if it were only renamed to item; then declare it with renamed_from
ALTER TABLE public.thing SET SCHEMA faberdb_quarantine_1;

-- 0014 alter table public.work [dangerous]
--      ! it is locked for a moment; queries on the parent find its rows from then on
ALTER TABLE public.work INHERIT public.item;

-- 0015 alter table public.work [caution]
ALTER TABLE public.work NO INHERIT public.work_faberdb_above1;

-- 0016 alter table public.work [safe]
DROP TABLE public.work_faberdb_above1;

-- 0017 alter table public.work [caution]
ALTER TABLE public.work DROP CONSTRAINT thing_id_check;

-- 0018 alter table public.book [dangerous]
--      ! it is locked for a moment; queries on the parent find its rows from then on
ALTER TABLE public.book INHERIT public.printed;

-- 0019 alter table public.book [dangerous]
--      ! it is locked for a moment; queries on the parent find its rows from then on
ALTER TABLE public.book INHERIT public.work;

-- 0020 alter table public.book [caution]
ALTER TABLE public.book NO INHERIT public.book_faberdb_above1;

-- 0021 alter table public.book [safe]
DROP TABLE public.book_faberdb_above1;

-- 0022 alter table public.book [caution]
ALTER TABLE public.book NO INHERIT public.book_faberdb_above2;

-- 0023 alter table public.book [safe]
DROP TABLE public.book_faberdb_above2;

-- 0024 alter table public.book [caution]
ALTER TABLE public.book DROP CONSTRAINT thing_id_check;

COMMIT;
