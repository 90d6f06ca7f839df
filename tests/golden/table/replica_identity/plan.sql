-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 5 to create, 2 to alter, 1 to replace, 1 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 18 made-up rows in 3 tables.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 drop unique public.event.event_code_key [caution]
--      ! rows that it kept out can be written from the moment this commits
ALTER TABLE public.event DROP CONSTRAINT event_code_key;

-- 0002 create index public.event.event_day [dangerous]
--      ! writes to the table wait until the index is built
CREATE UNIQUE INDEX event_day ON public.event (day);

-- 0003 create index public.event.event_day [caution]
ALTER TABLE public.event REPLICA IDENTITY USING INDEX event_day;

-- 0004 create primary key public.reading.reading_pkey [dangerous]
--      ! the table is locked while the index is built, and rows that are alike stop it
ALTER TABLE public.reading ADD CONSTRAINT reading_pkey PRIMARY KEY (id);

-- 0005 create primary key public.reading.reading_pkey [caution]
ALTER TABLE public.reading REPLICA IDENTITY USING INDEX reading_pkey;

-- 0006 create table public.sale [safe]
CREATE TABLE public.sale (
    id bigint NOT NULL,
    CONSTRAINT sale_pkey PRIMARY KEY (id)
);

-- 0007 create table public.sale [safe]
ALTER TABLE public.sale REPLICA IDENTITY USING INDEX sale_pkey;

-- 0008 replace index public.visit.visit_known [dangerous]
--      ! queries do without it until it is built anew
DROP INDEX public.visit_known;

-- 0009 replace index public.visit.visit_known [dangerous]
--      ! writes to the table wait until the index is built
CREATE UNIQUE INDEX visit_known ON public.visit (known, id);

-- 0010 replace index public.visit.visit_known [caution]
ALTER TABLE public.visit REPLICA IDENTITY USING INDEX visit_known;

COMMIT;
