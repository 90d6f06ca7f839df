-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 1 to create, 0 to alter, 2 to replace, 2 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 drop operator public."!==(integer, integer)" [caution]
DROP OPERATOR public.!== (integer, integer);

-- 0002 create operator public."<===(integer, integer)" [safe]
CREATE OPERATOR public.<=== (
    FUNCTION = int4le,
    LEFTARG = integer,
    RIGHTARG = integer,
    COMMUTATOR = OPERATOR(public.===)
);

-- 0003 replace view public.three [caution]
DROP VIEW public.three;

-- 0004 replace operator public."===(integer, integer)" [caution]
DROP OPERATOR public.=== (integer, integer);

-- 0005 replace operator public."===(integer, integer)" [safe]
CREATE OPERATOR public.=== (
    FUNCTION = int4ge,
    LEFTARG = integer,
    RIGHTARG = integer,
    COMMUTATOR = OPERATOR(public.<===)
);

-- 0006 replace view public.three [safe]
CREATE VIEW public.three AS
SELECT id
   FROM public.item
  WHERE (id OPERATOR(public.===) 3);

-- 0007 drop operator public."~~~(text, text)" [caution]
DROP OPERATOR public.~~~ (text, text);

COMMIT;
