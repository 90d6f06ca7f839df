-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 0 to replace, 7 to drop, 0 to rename. Risk: destructive.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create table public.customer [safe]
CREATE SCHEMA faberdb_quarantine_1;

-- 0002 create table public.customer [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_1 FROM PUBLIC;

-- 0003 drop trigger public.customer.touch [caution]
--      ! what it did or refused no longer happens for new changes to the rows
DROP TRIGGER touch ON public.customer;

-- 0004 drop table public.customer [destructive]
--      ! queries that use it fail from the moment this commits
ALTER TABLE public.customer SET SCHEMA faberdb_quarantine_1;

-- 0005 drop function public.touch() [dangerous]
--      ! calls from the application and from bodies of other routines fail from then on
DROP FUNCTION public.touch();

COMMIT;
