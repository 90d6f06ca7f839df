-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 7 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create trigger public.customer."Counted twice" [caution]
--      ! it fires for everybody from now on, and what they do fails if it fails
CREATE TRIGGER "Counted twice" AFTER UPDATE ON public.customer REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION public.touch();

-- 0002 create trigger public.customer."Counted twice" [caution]
ALTER TABLE public.customer ENABLE ALWAYS TRIGGER "Counted twice";

-- 0003 create trigger public.customer.customer_touch [caution]
--      ! it fires for everybody from now on, and what they do fails if it fails
CREATE TRIGGER customer_touch BEFORE INSERT OR UPDATE OF email, id ON public.customer FOR EACH ROW WHEN ((new.email IS NOT NULL)) EXECUTE FUNCTION public.touch('it''s', '2');

-- 0004 create trigger public.customer.later [caution]
--      ! it fires for everybody from now on, and what they do fails if it fails
CREATE CONSTRAINT TRIGGER later AFTER INSERT OR DELETE ON public.customer DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.touch();

-- 0005 create comment on constraint trigger public.customer.later [safe]
COMMENT ON CONSTRAINT later ON public.customer IS 'At the end';

-- 0006 create view public.emails [safe]
CREATE VIEW public.emails AS
SELECT email
   FROM public.customer;

-- 0007 create trigger public.emails.write_through [safe]
CREATE TRIGGER write_through INSTEAD OF INSERT ON public.emails FOR EACH ROW EXECUTE FUNCTION public.touch();

-- 0008 create comment on trigger public.customer.customer_touch [safe]
COMMENT ON TRIGGER customer_touch ON public.customer IS 'Keeps the time';

COMMIT;
