-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 1 to create, 1 to alter, 1 to replace, 0 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 replace trigger public.sale_1.touch [caution]
ALTER TABLE public.sale_1 ENABLE TRIGGER touch;

-- 0002 alter trigger public.sale.touch [caution]
--      ! table public.sale_2 is locked for a moment too
CREATE OR REPLACE TRIGGER touch AFTER UPDATE OF note ON public.sale FOR EACH ROW EXECUTE FUNCTION public.touch();

-- 0003 replace trigger public.sale_1.touch [caution]
--      ! what it did or refused no longer happens for new changes to the rows
ALTER TABLE public.sale_1 DISABLE TRIGGER touch;

-- 0004 create trigger public.sale_2.touch [caution]
ALTER TABLE public.sale_2 ENABLE ALWAYS TRIGGER touch;

COMMIT;
