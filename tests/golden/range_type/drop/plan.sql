-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 0 to replace, 2 to drop, 0 to rename. Risk: destructive.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;
CREATE SCHEMA IF NOT EXISTS faberdb_quarantine;
REVOKE ALL ON SCHEMA faberdb_quarantine FROM PUBLIC;

BEGIN;

-- 0001 create column public.item.span [safe]
CREATE SCHEMA faberdb_quarantine_2;

-- 0002 create column public.item.span [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_2 FROM PUBLIC;

-- 0003 drop column public.item.span [dangerous]
LOCK TABLE public.item IN ACCESS EXCLUSIVE MODE;

-- 0004 drop column public.item.span [dangerous]
--      ! the values are copied to quarantine while the table is locked
--      ! no key tells its rows apart: kept values come back by the content of the other columns, and to rows alike in all of them by their order in the file; exact as long as nobody writes to the table in between
CREATE TABLE faberdb_quarantine.q_1 AS SELECT row_number() OVER () AS id, md5(ROW(id)::text) AS digest, row_number() OVER (PARTITION BY md5(ROW(id)::text) ORDER BY tableoid, ctid) AS ordinal, span::text AS value FROM public.item;

-- 0005 drop column public.item.span [safe]
ALTER TABLE faberdb_quarantine.q_1 ADD PRIMARY KEY (id);

-- 0006 drop column public.item.span [destructive]
--      ! queries that use it fail from the moment this commits
ALTER TABLE public.item DROP COLUMN span;

-- 0007 drop range type public.span [caution]
ALTER TYPE public.span SET SCHEMA faberdb_quarantine_2;

-- 0008 drop range type public.span [caution]
DO $faberdb$
DECLARE
    part record;
BEGIN
    -- ALTER TYPE leaves the multirange type and the constructors of a range type where they are, and as they are named.
    FOR part IN
        WITH multirange AS (
            SELECT t.oid, n.nspname, t.typname
            FROM pg_depend d JOIN pg_type t ON t.oid = d.objid JOIN pg_namespace n ON n.oid = t.typnamespace
            WHERE d.classid = 'pg_type'::regclass AND d.refclassid = 'pg_type'::regclass AND d.deptype = 'i'
            AND d.refobjid = to_regtype('faberdb_quarantine_2.span') AND t.typtype = 'm'
        ), wanted AS (
            SELECT 'TYPE' AS kind, m.oid, m.nspname, m.typname, 'faberdb_quarantine_2' AS place, 'span_multirange' AS new FROM multirange m
            UNION ALL
            SELECT 'FUNCTION', p.oid, n.nspname, p.proname, w.place, w.new
            FROM (
                SELECT to_regtype('faberdb_quarantine_2.span')::oid AS type, 'faberdb_quarantine_2' AS place, 'span' AS new
                UNION ALL SELECT m.oid, 'faberdb_quarantine_2', 'span_multirange' FROM multirange m
            ) w
            JOIN pg_depend d ON d.refclassid = 'pg_type'::regclass AND d.refobjid = w.type AND d.deptype = 'i'
            AND d.classid = 'pg_proc'::regclass
            JOIN pg_proc p ON p.oid = d.objid JOIN pg_namespace n ON n.oid = p.pronamespace
        )
        SELECT * FROM wanted WHERE nspname <> place OR typname <> new ORDER BY kind, oid
    LOOP
        IF part.nspname <> part.place THEN
            EXECUTE CASE part.kind
                WHEN 'TYPE' THEN format('ALTER TYPE %s SET SCHEMA %I', part.oid::regtype, part.place)
                ELSE format('ALTER FUNCTION %s SET SCHEMA %I', part.oid::regprocedure, part.place) END;
        END IF;
        IF part.typname <> part.new THEN
            EXECUTE CASE part.kind
                WHEN 'TYPE' THEN format('ALTER TYPE %s RENAME TO %I', part.oid::regtype, part.new)
                ELSE format('ALTER FUNCTION %s RENAME TO %I', part.oid::regprocedure, part.new) END;
        END IF;
    END LOOP;
END
$faberdb$;

COMMIT;
