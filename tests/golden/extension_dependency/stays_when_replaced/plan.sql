-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 4 to alter, 4 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 2 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;
CREATE SCHEMA IF NOT EXISTS faberdb_quarantine;
REVOKE ALL ON SCHEMA faberdb_quarantine FROM PUBLIC;

BEGIN;

-- 0001 replace extension dependency on index public.event.event_kind_idx.plpgsql [safe]
ALTER INDEX public.event_kind_idx NO DEPENDS ON EXTENSION plpgsql;

-- 0002 replace extension dependency on primary key public.event.event_pkey.plpgsql [safe]
ALTER INDEX public.event_pkey NO DEPENDS ON EXTENSION plpgsql;

-- 0003 replace materialized view public.kinds [dangerous]
--      ! queries that name kind of it fail from the moment this commits
DROP MATERIALIZED VIEW public.kinds;

-- 0004 alter column public.event.id [dangerous]
LOCK TABLE public.event IN ACCESS EXCLUSIVE MODE;

-- 0005 alter column public.event.id [dangerous]
--      ! the values are copied to quarantine while the table is locked
--      ! no other column tells its rows apart: kept values come back in the order of the rows in the file; exact as long as nobody writes to the table in between
CREATE TABLE faberdb_quarantine.q_1 AS SELECT row_number() OVER () AS id, md5(ROW()::text) AS digest, row_number() OVER (PARTITION BY md5(ROW()::text) ORDER BY tableoid, ctid) AS ordinal, id AS value, id::integer AS became, kind AS value_2, kind::character varying(20) AS became_2 FROM public.event;

-- 0006 alter column public.event.id [safe]
ALTER TABLE faberdb_quarantine.q_1 ADD PRIMARY KEY (id);

-- 0007 alter column public.event.id [dangerous]
--      ! a value that does not fit the new type stops it
--      ! prepared statements that return it fail until they are prepared anew
--      ! the table is rewritten while it is locked
ALTER TABLE public.event ALTER COLUMN id TYPE integer USING id::integer;

-- 0008 alter column public.event.kind [dangerous]
--      ! a value that is too long for character varying(20) stops it, unless `using` says what is to become of such values
--      ! prepared statements that return it fail until they are prepared anew
--      ! the table is rewritten while it is locked
ALTER TABLE public.event ALTER COLUMN kind TYPE character varying(20);

-- 0009 replace extension dependency on index public.event.event_kind_idx.plpgsql [safe]
ALTER INDEX public.event_kind_idx DEPENDS ON EXTENSION plpgsql;

-- 0010 replace extension dependency on primary key public.event.event_pkey.plpgsql [safe]
ALTER INDEX public.event_pkey DEPENDS ON EXTENSION plpgsql;

-- 0011 replace materialized view public.kinds [dangerous]
--      ! table public.event is read from end to end while writes wait
CREATE MATERIALIZED VIEW public.kinds AS
SELECT DISTINCT kind AS k
   FROM public.event;

-- 0012 replace extension dependency on materialized view public.kinds.plpgsql [safe]
ALTER MATERIALIZED VIEW public.kinds DEPENDS ON EXTENSION plpgsql;

-- 0013 alter function public.note() [caution]
CREATE OR REPLACE FUNCTION public.note()
RETURNS trigger
LANGUAGE plpgsql
AS $function$begin return old; end$function$;

-- 0014 alter function public.note() [safe]
ALTER FUNCTION public.note() DEPENDS ON EXTENSION plpgsql;

-- 0015 alter trigger public.event.noted [caution]
CREATE OR REPLACE TRIGGER noted BEFORE UPDATE ON public.event FOR EACH ROW EXECUTE FUNCTION public.note();

-- 0016 alter trigger public.event.noted [safe]
ALTER TRIGGER noted ON public.event DEPENDS ON EXTENSION plpgsql;

COMMIT;
