-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 2 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 replace index public.item.item_id [dangerous]
--      ! queries do without it until it is built anew
DROP INDEX public.item_id;

-- 0002 replace operator class public."backwards using btree" [caution]
DROP OPERATOR CLASS public.backwards USING btree;

-- 0003 replace operator class public."backwards using btree" [safe]
CREATE OPERATOR CLASS public.backwards FOR TYPE integer USING btree FAMILY public.backwards AS
    OPERATOR 1 >(integer,integer),
    OPERATOR 3 =(integer,integer),
    OPERATOR 5 <(integer,integer),
    FUNCTION 1 (integer, integer) btint4cmp(integer,integer);

-- 0004 replace index public.item.item_id [dangerous]
--      ! writes to the table wait until the index is built
CREATE INDEX item_id ON public.item (id public.backwards);

COMMIT;
