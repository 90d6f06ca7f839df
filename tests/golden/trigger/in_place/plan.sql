-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 2 to alter, 2 to replace, 0 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 alter trigger public.customer.customer_touch [caution]
CREATE OR REPLACE TRIGGER customer_touch BEFORE UPDATE OF email ON public.customer FOR EACH ROW WHEN ((old.email <> new.email)) EXECUTE FUNCTION public.touch();

-- 0002 alter trigger public.customer.customer_touch [caution]
--      ! what it did or refused no longer happens for new changes to the rows
ALTER TABLE public.customer DISABLE TRIGGER customer_touch;

-- 0003 replace trigger public.customer.later [caution]
DROP TRIGGER later ON public.customer;

-- 0004 replace trigger public.customer.later [caution]
--      ! it fires for everybody from now on, and what they do fails if it fails
CREATE CONSTRAINT TRIGGER later AFTER INSERT OR DELETE ON public.customer DEFERRABLE FOR EACH ROW EXECUTE FUNCTION public.touch();

-- 0005 alter trigger public.customer.switched [caution]
--      ! what it did or refused no longer happens for new changes to the rows
ALTER TABLE public.customer ENABLE REPLICA TRIGGER switched;

-- 0006 replace comment on trigger public.customer.later [safe]
COMMENT ON TRIGGER later ON public.customer IS 'Stays';

COMMIT;
