-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 1 to alter, 3 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 replace view public.numbers [caution]
--      ! queries get other rows or columns from the moment this commits
DROP VIEW public.numbers;

-- 0002 alter column public.ticket.id [dangerous]
--      ! the table is rewritten while it is locked
--      ! prepared statements that return it fail until they are prepared anew
ALTER TABLE public.ticket ALTER COLUMN id TYPE bigint USING id::bigint;

-- 0003 replace view public.numbers [safe]
CREATE VIEW public.numbers AS
SELECT id
   FROM public.ticket;

-- 0004 replace owner on view public.numbers [safe]
ALTER VIEW public.numbers OWNER TO pg_monitor;

-- 0005 replace grant on view public.numbers.public [caution]
--      ! every role of the server can use this, also roles made later
GRANT SELECT ON TABLE public.numbers TO PUBLIC;

COMMIT;
