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

-- 0001 create column public.invoice.number [safe]
ALTER TABLE public.invoice ADD COLUMN number integer;

-- 0002 create sequence public.invoice_number_seq [safe]
CREATE SEQUENCE public.invoice_number_seq AS integer;

-- 0003 create sequence public.invoice_number_seq [safe]
ALTER SEQUENCE public.invoice_number_seq OWNED BY public.invoice.number;

-- 0004 create default public.invoice.number [safe]
ALTER TABLE public.invoice ALTER COLUMN number SET DEFAULT nextval('public.invoice_number_seq'::regclass);

-- 0005 create default public.invoice.number [dangerous]
--      ! rows are filled by one UPDATE; the table stays locked until it is done
UPDATE public.invoice SET number = DEFAULT WHERE number IS NULL;

-- 0006 create default public.invoice.number [dangerous]
--      ! the table is scanned while it is locked, and a row without a value stops it
ALTER TABLE public.invoice ALTER COLUMN number SET NOT NULL;

COMMIT;
