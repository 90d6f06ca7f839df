-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 3 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create sequence public.invoice_number [safe]
CREATE SEQUENCE public.invoice_number START WITH 1000 CACHE 10;

-- 0002 create column public.invoice.number [dangerous]
--      ! the table is rewritten while it is locked: its default is another for each row
ALTER TABLE public.invoice ADD COLUMN number bigint DEFAULT nextval('public.invoice_number'::regclass) NOT NULL;

COMMIT;
