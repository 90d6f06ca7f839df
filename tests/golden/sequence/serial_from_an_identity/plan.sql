-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 2 to create, 1 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: caution.
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
ALTER TABLE public.ticket ALTER COLUMN id DROP IDENTITY;

-- 0004 create sequence public.ticket_id_seq [safe]
CREATE SEQUENCE public.ticket_id_seq AS integer;

-- 0005 create sequence public.ticket_id_seq [safe]
ALTER SEQUENCE public.ticket_id_seq OWNED BY public.ticket.id;

-- 0006 create default public.ticket.id [safe]
ALTER TABLE public.ticket ALTER COLUMN id SET DEFAULT nextval('public.ticket_id_seq'::regclass);

-- 0007 create default public.ticket.id [caution]
SELECT setval('public.ticket_id_seq', r.last_value, r.is_called) FROM (SELECT * FROM (SELECT last_value, is_called FROM public.ticket_id_seq UNION ALL SELECT last_value, is_called FROM faberdb_quarantine.q_1_position UNION ALL SELECT max(id)::bigint, true FROM public.ticket WHERE id BETWEEN 1 AND 2147483647) p WHERE p.last_value BETWEEN 1 AND 2147483647 ORDER BY p.last_value DESC, p.is_called DESC LIMIT 1) r;

COMMIT;
