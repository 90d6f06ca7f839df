-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 4 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create procedure public.tidy(integer, integer) [safe]
CREATE PROCEDURE public.tidy(IN days integer, INOUT gone integer)
LANGUAGE plpgsql
AS $procedure$begin
    gone := days;
end$procedure$;

-- 0002 create procedure public.tidy(text, integer[]) [safe]
CREATE PROCEDURE public.tidy(IN what text, VARIADIC ids integer[])
LANGUAGE sql
AS $procedure$select 1$procedure$;

-- 0003 create comment on procedure public.tidy(text, integer[]) [safe]
COMMENT ON PROCEDURE public.tidy(IN text, IN integer[]) IS 'Not much';

-- 0004 create grant on procedure public.tidy(text, integer[]).public [dangerous]
--      ! whoever needs the privilege fails from the moment this commits
REVOKE ALL ON PROCEDURE public.tidy(IN text, IN integer[]) FROM PUBLIC;

COMMIT;
