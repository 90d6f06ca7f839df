-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 0 to replace, 2 to drop, 0 to rename. Risk: destructive.
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

-- 0001 drop column public.ticket.number [dangerous]
LOCK TABLE public.ticket IN ACCESS EXCLUSIVE MODE;

-- 0002 drop column public.ticket.number [dangerous]
--      ! the values are copied to quarantine while the table is locked
CREATE TABLE faberdb_quarantine.q_1 AS SELECT row_number() OVER () AS id, id AS key_1, number AS value, turn AS value_2 FROM public.ticket;

-- 0003 drop column public.ticket.number [safe]
ALTER TABLE faberdb_quarantine.q_1 ADD PRIMARY KEY (id);

-- 0004 drop column public.ticket.number [safe]
CREATE TABLE faberdb_quarantine.q_1_position AS SELECT 1 AS id, last_value, is_called FROM public.ticket_number_seq;

-- 0005 drop column public.ticket.number [safe]
ALTER TABLE faberdb_quarantine.q_1_position ADD PRIMARY KEY (id);

-- 0006 drop column public.ticket.number [destructive]
--      ! queries that use it fail from the moment this commits
ALTER TABLE public.ticket DROP COLUMN number;

-- 0007 drop column public.ticket.turn [safe]
CREATE TABLE faberdb_quarantine.q_1_position_2 AS SELECT 1 AS id, last_value, is_called FROM public.ticket_turn_seq;

-- 0008 drop column public.ticket.turn [safe]
ALTER TABLE faberdb_quarantine.q_1_position_2 ADD PRIMARY KEY (id);

-- 0009 drop column public.ticket.turn [destructive]
--      ! queries that use it fail from the moment this commits
ALTER TABLE public.ticket DROP COLUMN turn;

COMMIT;
