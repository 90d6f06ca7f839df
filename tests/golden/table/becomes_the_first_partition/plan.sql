-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 6 to create, 1 to alter, 0 to replace, 4 to drop, 1 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 2 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 rename table public.event_old [dangerous]
--      ! queries that use the old name fail from the moment this commits
ALTER TABLE public.event RENAME TO event_old;

-- 0002 alter table public.event_old [caution]
ALTER INDEX public.event_pkey RENAME TO event_old_pkey;

-- 0003 alter table public.event_old [caution]
ALTER INDEX public.event_at_idx RENAME TO event_old_at_idx;

-- 0004 create table public.event [safe]
CREATE TABLE public.event (
    id bigint CONSTRAINT event_id_not_null NOT NULL,
    at date CONSTRAINT event_at_not_null NOT NULL,
    CONSTRAINT event_pkey PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);

-- 0005 create index public.event.event_at_idx [dangerous]
--      ! writes to the table wait until the index is built
CREATE INDEX event_at_idx ON public.event (at);

-- 0006 create table public.event_2025 [safe]
CREATE TABLE public.event_2025 PARTITION OF public.event FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

-- 0007 alter table public.event_old [dangerous]
--      ! the table is locked while all its rows are checked
ALTER TABLE public.event ATTACH PARTITION public.event_old FOR VALUES FROM (MINVALUE) TO ('2025-01-01');

COMMIT;
