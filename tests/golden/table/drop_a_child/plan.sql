-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 0 to replace, 5 to drop, 0 to rename. Risk: destructive.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 13 made-up rows in 2 tables.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create table public.book [safe]
CREATE SCHEMA faberdb_quarantine_1;

-- 0002 create table public.book [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_1 FROM PUBLIC;

-- 0003 create table public.book [safe]
CREATE SCHEMA faberdb_quarantine_2;

-- 0004 create table public.book [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_2 FROM PUBLIC;

-- 0005 drop table public.book [safe]
CREATE TABLE faberdb_quarantine_1.book_faberdb_above1 (LIKE public.thing INCLUDING CONSTRAINTS INCLUDING GENERATED);

-- 0006 drop table public.book [caution]
ALTER TABLE public.book INHERIT faberdb_quarantine_1.book_faberdb_above1;

-- 0007 drop table public.book [dangerous]
--      ! queries on the parent wait for a moment, and no longer find the rows of the child
ALTER TABLE public.book NO INHERIT public.thing;

-- 0008 drop table public.book [safe]
CREATE TABLE faberdb_quarantine_1.book_faberdb_above2 (LIKE public.dated INCLUDING CONSTRAINTS INCLUDING GENERATED);

-- 0009 drop table public.book [caution]
ALTER TABLE public.book INHERIT faberdb_quarantine_1.book_faberdb_above2;

-- 0010 drop table public.book [dangerous]
--      ! queries on the parent wait for a moment, and no longer find the rows of the child
ALTER TABLE public.book NO INHERIT public.dated;

-- 0011 drop table public.book [destructive]
--      ! queries that use it fail from the moment this commits
ALTER TABLE public.book SET SCHEMA faberdb_quarantine_1;

-- 0012 drop table public.dated [destructive]
--      ! queries that use it fail from the moment this commits
ALTER TABLE public.dated SET SCHEMA faberdb_quarantine_2;

COMMIT;
