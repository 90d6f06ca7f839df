-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 2 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;
CREATE SCHEMA IF NOT EXISTS faberdb_quarantine;
REVOKE ALL ON SCHEMA faberdb_quarantine FROM PUBLIC;

BEGIN;

-- 0001 alter sequence public.invoice_number [safe]
CREATE TABLE faberdb_quarantine.q_1_position AS SELECT 1 AS id, last_value, is_called FROM public.invoice_number;

-- 0002 alter sequence public.invoice_number [safe]
ALTER TABLE faberdb_quarantine.q_1_position ADD PRIMARY KEY (id);

-- 0003 alter sequence public.invoice_number [caution]
SELECT setval('public.invoice_number', CASE WHEN is_called THEN greatest(5, least(1000000, last_value)) ELSE 10 END, is_called) FROM public.invoice_number WHERE last_value NOT BETWEEN 5 AND 1000000;

-- 0004 alter sequence public.invoice_number [caution]
ALTER SEQUENCE public.invoice_number INCREMENT BY 10 MINVALUE 5 MAXVALUE 1000000 START WITH 10 CACHE 1 NO CYCLE;

-- 0005 alter sequence public.ticket_number [caution]
ALTER SEQUENCE public.ticket_number AS bigint INCREMENT BY 1 NO MINVALUE NO MAXVALUE START WITH 1 CACHE 1 NO CYCLE;

COMMIT;
