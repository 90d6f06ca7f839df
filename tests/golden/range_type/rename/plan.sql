-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 0 to replace, 0 to drop, 1 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 rename range type public.extent [dangerous]
--      ! queries that use the old name fail from the moment this commits
ALTER TYPE public.span RENAME TO extent;

-- 0002 rename range type public.extent [caution]
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
            AND d.refobjid = to_regtype('public.extent') AND t.typtype = 'm'
        ), wanted AS (
            SELECT 'TYPE' AS kind, m.oid, m.nspname, m.typname, 'public' AS place, 'extent_multirange' AS new FROM multirange m
            UNION ALL
            SELECT 'FUNCTION', p.oid, n.nspname, p.proname, w.place, w.new
            FROM (
                SELECT to_regtype('public.extent')::oid AS type, 'public' AS place, 'extent' AS new
                UNION ALL SELECT m.oid, 'public', 'extent_multirange' FROM multirange m
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
