-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 5 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with none in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create operator public."!==(integer, integer)" [safe]
CREATE OPERATOR public.!== (
    FUNCTION = int4ne,
    LEFTARG = integer,
    RIGHTARG = integer,
    COMMUTATOR = OPERATOR(public.!==),
    NEGATOR = OPERATOR(public.===)
);

-- 0002 create operator public."##(NONE, integer)" [safe]
CREATE OPERATOR public.## (
    FUNCTION = int4abs,
    RIGHTARG = integer
);

-- 0003 create operator public."===(integer, integer)" [safe]
CREATE OPERATOR public.=== (
    FUNCTION = int4eq,
    LEFTARG = integer,
    RIGHTARG = integer,
    COMMUTATOR = OPERATOR(public.===),
    NEGATOR = OPERATOR(public.!==),
    RESTRICT = eqsel,
    JOIN = eqjoinsel,
    HASHES,
    MERGES
);

-- 0004 create comment on operator public."===(integer, integer)" [safe]
COMMENT ON OPERATOR public.=== (integer, integer) IS 'The same number';

-- 0005 create check public.item.item_odd [dangerous]
--      ! the table is locked while all rows are checked, and a row that fails stops it
ALTER TABLE public.item ADD CONSTRAINT item_odd CHECK (((OPERATOR(public.##) id) OPERATOR(public.===) 3));

COMMIT;
