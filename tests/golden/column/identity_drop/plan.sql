-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 1 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: caution.
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

-- 0001 alter column public.ticket.id [safe]
CREATE TABLE faberdb_quarantine.q_1_position AS SELECT 1 AS id, last_value, is_called FROM public.ticket_id_seq;

-- 0002 alter column public.ticket.id [safe]
ALTER TABLE faberdb_quarantine.q_1_position ADD PRIMARY KEY (id);

-- 0003 alter column public.ticket.id [caution]
--      ! INSERTs that leave it out fail from the moment this commits: it is NOT NULL
ALTER TABLE public.ticket ALTER COLUMN id DROP IDENTITY;

COMMIT;
