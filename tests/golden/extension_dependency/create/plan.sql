-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 6 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create extension dependency on function public.note().plpgsql [caution]
--      ! DROP EXTENSION drops this too, and asks for no CASCADE
ALTER FUNCTION public.note() DEPENDS ON EXTENSION plpgsql;

-- 0002 create extension dependency on index public.event.event_kind_idx.plpgsql [caution]
--      ! DROP EXTENSION drops this too, and asks for no CASCADE
ALTER INDEX public.event_kind_idx DEPENDS ON EXTENSION plpgsql;

-- 0003 create extension dependency on materialized view public.kinds.plpgsql [caution]
--      ! DROP EXTENSION drops this too, and asks for no CASCADE
ALTER MATERIALIZED VIEW public.kinds DEPENDS ON EXTENSION plpgsql;

-- 0004 create extension dependency on primary key public.event.event_pkey.plpgsql [caution]
--      ! DROP EXTENSION drops this too, and asks for no CASCADE
ALTER INDEX public.event_pkey DEPENDS ON EXTENSION plpgsql;

-- 0005 create extension dependency on procedure public.tidy().plpgsql [caution]
--      ! DROP EXTENSION drops this too, and asks for no CASCADE
ALTER PROCEDURE public.tidy() DEPENDS ON EXTENSION plpgsql;

-- 0006 create extension dependency on trigger public.event.noted.plpgsql [caution]
--      ! DROP EXTENSION drops this too, and asks for no CASCADE
ALTER TRIGGER noted ON public.event DEPENDS ON EXTENSION plpgsql;

COMMIT;
