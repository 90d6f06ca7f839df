-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 16 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create schema app [safe]
CREATE SCHEMA app;

-- 0002 create security label on column public.customer.email.watch [caution]
--      ! whether watch is loaded and takes the label shows only when this is applied
SECURITY LABEL FOR watch ON COLUMN public.customer.email IS 'MASKED WITH VALUE $faberdb$';

-- 0003 create view public.mail [safe]
CREATE VIEW public.mail AS
SELECT email
   FROM public.customer;

-- 0004 create security label on column public.mail.email.watch [caution]
--      ! whether watch is loaded and takes the label shows only when this is applied
SECURITY LABEL FOR watch ON COLUMN public.mail.email IS 'masked';

-- 0005 create composite type public.place [safe]
CREATE TYPE public.place AS (
    street text
);

-- 0006 create security label on attribute public.place.street.watch [caution]
--      ! whether watch is loaded and takes the label shows only when this is applied
SECURITY LABEL FOR watch ON COLUMN public.place.street IS 'masked';

-- 0007 create security label on composite type public.place.watch [caution]
--      ! whether watch is loaded and takes the label shows only when this is applied
SECURITY LABEL FOR watch ON TYPE public.place IS 'open';

-- 0008 create function public.reach(bigint, text) [safe]
CREATE FUNCTION public.reach(id bigint, how text)
RETURNS void
LANGUAGE plpgsql
AS $function$begin end$function$;

-- 0009 create security label on function public.reach(bigint, text).watch [caution]
--      ! whether watch is loaded and takes the label shows only when this is applied
SECURITY LABEL FOR watch ON FUNCTION public.reach(bigint, text) IS 'trusted';

-- 0010 create enum public.state [safe]
CREATE TYPE public.state AS ENUM ('new', 'old');

-- 0011 create security label on enum public.state.watch [caution]
--      ! whether watch is loaded and takes the label shows only when this is applied
SECURITY LABEL FOR watch ON TYPE public.state IS 'open';

-- 0012 create security label on schema app.watch [caution]
--      ! whether watch is loaded and takes the label shows only when this is applied
SECURITY LABEL FOR watch ON SCHEMA app IS 'open';

-- 0013 create security label on table public.customer."Other one" [caution]
--      ! whether Other one is loaded and takes the label shows only when this is applied
SECURITY LABEL FOR "Other one" ON TABLE public.customer IS '2';

-- 0014 create security label on table public.customer.watch [caution]
--      ! whether watch is loaded and takes the label shows only when this is applied
SECURITY LABEL FOR watch ON TABLE public.customer IS 'it''s internal';

-- 0015 create security label on view public.mail.watch [caution]
--      ! whether watch is loaded and takes the label shows only when this is applied
SECURITY LABEL FOR watch ON VIEW public.mail IS 'secret';

COMMIT;
