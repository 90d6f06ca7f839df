-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 0 to replace, 4 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 drop index public.t.t_id_idx [caution]
--      ! queries that it serves are slower from the moment this commits
DROP INDEX public.t_id_idx;

-- 0002 drop operator class public."mine using btree" [caution]
DROP OPERATOR CLASS public.mine USING btree;

-- 0003 drop operator family public."mine using btree" [caution]
DROP OPERATOR FAMILY public.mine USING btree;

-- 0004 drop function public.mycmp(integer, integer) [dangerous]
--      ! calls from the application and from bodies of other routines fail from then on
DROP FUNCTION public.mycmp(integer, integer);

COMMIT;
