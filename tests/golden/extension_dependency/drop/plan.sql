-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 0 to replace, 6 to drop, 0 to rename. Risk: safe.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 drop extension dependency on function public.note().plpgsql [safe]
ALTER FUNCTION public.note() NO DEPENDS ON EXTENSION plpgsql;

-- 0002 drop extension dependency on index public.event.event_kind_idx.plpgsql [safe]
ALTER INDEX public.event_kind_idx NO DEPENDS ON EXTENSION plpgsql;

-- 0003 drop extension dependency on materialized view public.kinds.plpgsql [safe]
ALTER MATERIALIZED VIEW public.kinds NO DEPENDS ON EXTENSION plpgsql;

-- 0004 drop extension dependency on primary key public.event.event_pkey.plpgsql [safe]
ALTER INDEX public.event_pkey NO DEPENDS ON EXTENSION plpgsql;

-- 0005 drop extension dependency on procedure public.tidy().plpgsql [safe]
ALTER PROCEDURE public.tidy() NO DEPENDS ON EXTENSION plpgsql;

-- 0006 drop extension dependency on trigger public.event.noted.plpgsql [safe]
ALTER TRIGGER noted ON public.event NO DEPENDS ON EXTENSION plpgsql;

COMMIT;
