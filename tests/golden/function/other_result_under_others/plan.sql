-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 6 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 7 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 replace check public.customer.customer_size_check [caution]
ALTER TABLE public.customer DROP CONSTRAINT customer_size_check;

-- 0002 replace default public.customer.id [safe]
ALTER TABLE public.customer ALTER COLUMN id DROP DEFAULT;

-- 0003 replace function public.next_id() [dangerous]
--      ! calls from the application and from bodies of other routines must fit the new form
DROP FUNCTION public.next_id();

-- 0004 replace function public.next_id() [safe]
CREATE FUNCTION public.next_id()
RETURNS bigint
LANGUAGE sql
AS $function$select 2$function$;

-- 0005 replace default public.customer.id [safe]
ALTER TABLE public.customer ALTER COLUMN id SET DEFAULT public.next_id();

-- 0006 replace view public.sizes [caution]
DROP VIEW public.sizes;

-- 0007 replace function public.fits(integer) [dangerous]
--      ! calls from the application and from bodies of other routines must fit the new form
DROP FUNCTION public.fits(integer);

-- 0008 replace function public.fits(integer) [safe]
CREATE FUNCTION public.fits(size integer)
RETURNS boolean
LANGUAGE sql
IMMUTABLE
AS $function$select size > 0$function$;

-- 0009 replace check public.customer.customer_size_check [dangerous]
--      ! the table is locked while all rows are checked, and a row that fails stops it
ALTER TABLE public.customer ADD CONSTRAINT customer_size_check CHECK (public.fits(size));

-- 0010 replace view public.sizes [safe]
CREATE VIEW public.sizes AS
SELECT id
   FROM public.customer
  WHERE public.fits(size);

-- 0011 replace grant on view public.sizes.public [caution]
--      ! every role of the server can use this, also roles made later
GRANT SELECT ON TABLE public.sizes TO PUBLIC;

COMMIT;
