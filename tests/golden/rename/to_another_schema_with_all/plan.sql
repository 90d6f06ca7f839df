-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 2 to create, 0 to alter, 0 to replace, 1 to drop, 11 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create schema crm [safe]
CREATE SCHEMA crm;

-- 0002 rename enum crm.mood [dangerous]
--      ! queries that use the old name fail from the moment this commits
ALTER TYPE public.mood SET SCHEMA crm;

-- 0003 rename sequence crm.ticket [dangerous]
--      ! queries that use the old name fail from the moment this commits
ALTER SEQUENCE public.ticket SET SCHEMA crm;

-- 0004 rename table crm.person [dangerous]
--      ! queries that use the old name fail from the moment this commits
ALTER TABLE public.person SET SCHEMA crm;

-- 0005 rename view crm.happy [dangerous]
--      ! queries that use the old name fail from the moment this commits
ALTER VIEW public.happy SET SCHEMA crm;

-- 0006 rename materialized view crm.moods [dangerous]
--      ! queries that use the old name fail from the moment this commits
ALTER MATERIALIZED VIEW public.moods SET SCHEMA crm;

-- 0007 rename function crm.label(integer) [dangerous]
--      ! calls from the application and from bodies of other routines fail from then on
ALTER FUNCTION public.label(integer) SET SCHEMA crm;

-- 0008 rename function crm.stamp() [dangerous]
--      ! calls from the application and from bodies of other routines fail from then on
ALTER FUNCTION public.stamp() SET SCHEMA crm;

-- 0009 rename procedure crm.tidy() [dangerous]
--      ! calls from the application and from bodies of other routines fail from then on
ALTER PROCEDURE public.tidy() SET SCHEMA crm;

-- 0010 rename aggregate crm.longest(text) [dangerous]
--      ! calls from the application and from bodies of other routines fail from then on
ALTER AGGREGATE public.longest(text) SET SCHEMA crm;

-- 0011 rename domain crm.email [dangerous]
--      ! queries that use the old name fail from the moment this commits
ALTER DOMAIN public.email SET SCHEMA crm;

-- 0012 rename composite type crm.place [dangerous]
--      ! queries that use the old name fail from the moment this commits
ALTER TYPE public.place SET SCHEMA crm;

-- 0013 create statistics crm.person_stats [safe]
CREATE STATISTICS crm.person_stats ON mood, name FROM crm.person;

-- 0014 drop statistics public.person_stats [caution]
DROP STATISTICS public.person_stats;

COMMIT;
