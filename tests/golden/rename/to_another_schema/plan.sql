-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 2 to create, 3 to alter, 0 to replace, 0 to drop, 3 to rename. Risk: dangerous.
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

-- 0003 rename table crm.client [dangerous]
--      ! queries that use the old name fail from the moment this commits
ALTER TABLE public.person SET SCHEMA crm;

-- 0004 rename table crm.client [dangerous]
--      ! queries that use the old name fail from the moment this commits
ALTER TABLE crm.person RENAME TO client;

-- 0005 rename view crm.happy_people [dangerous]
--      ! queries that use the old name fail from the moment this commits
ALTER VIEW public.happy_people SET SCHEMA crm;

-- 0006 alter column crm.client.id [safe]
ALTER TABLE crm.client RENAME CONSTRAINT person_id_not_null TO client_id_not_null;

-- 0007 alter column crm.client.mood [safe]
ALTER TABLE crm.client RENAME CONSTRAINT person_mood_not_null TO client_mood_not_null;

-- 0008 alter column crm.client.name [safe]
ALTER TABLE crm.client RENAME CONSTRAINT person_name_not_null TO client_name_not_null;

-- 0009 create column crm.client.since [safe]
ALTER TABLE crm.client ADD COLUMN since date;

COMMIT;
