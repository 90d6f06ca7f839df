-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 2 to alter, 2 to replace, 0 to drop, 1 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 rename column public.customer.address [dangerous]
--      ! queries that use the old name fail from the moment this commits
ALTER TABLE public.customer RENAME COLUMN email TO address;

-- 0002 replace view public.mail [caution]
--      ! queries get other rows or columns from the moment this commits
DROP VIEW public.mail;

-- 0003 alter column public.customer.address [safe]
ALTER TABLE public.customer RENAME CONSTRAINT customer_email_not_null TO customer_address_not_null;

-- 0004 alter column public.customer.id [dangerous]
--      ! the table is rewritten while it is locked
--      ! prepared statements that return it fail until they are prepared anew
ALTER TABLE public.customer ALTER COLUMN id TYPE bigint USING id::bigint;

-- 0005 replace view public.mail [safe]
CREATE VIEW public.mail AS
SELECT id,
    address AS email
   FROM public.customer;

-- 0006 replace security label on view public.mail.watch [caution]
--      ! whether watch is loaded and takes the label shows only when this is applied
SECURITY LABEL FOR watch ON VIEW public.mail IS 'secret';

COMMIT;
