-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 2 to create, 3 to alter, 0 to replace, 2 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 drop comment on domain constraint public.looser.looser_not_null [safe]
COMMENT ON CONSTRAINT looser_not_null ON DOMAIN public.looser IS NULL;

-- 0002 drop comment on domain constraint public.renamed.renamed_nn [safe]
COMMENT ON CONSTRAINT renamed_nn ON DOMAIN public.renamed IS NULL;

-- 0003 alter domain public.looser [caution]
ALTER DOMAIN public.looser DROP NOT NULL;

-- 0004 alter domain public.renamed [safe]
ALTER DOMAIN public.renamed RENAME CONSTRAINT renamed_nn TO renamed_not_null;

-- 0005 create comment on domain constraint public.renamed.renamed_not_null [safe]
COMMENT ON CONSTRAINT renamed_not_null ON DOMAIN public.renamed IS 'always there';

-- 0006 alter domain public.stricter [caution]
ALTER DOMAIN public.stricter SET NOT NULL;

-- 0007 create comment on domain constraint public.stricter.stricter_not_null [safe]
COMMENT ON CONSTRAINT stricter_not_null ON DOMAIN public.stricter IS 'always there from now on';

COMMIT;
