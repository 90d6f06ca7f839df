-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 1 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 alter column public.ticket.id [caution]
ALTER TABLE public.ticket ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (START WITH 100);

-- 0002 alter column public.ticket.id [caution]
SELECT setval('public.ticket_id_seq', r.last_value, r.is_called) FROM (SELECT * FROM (SELECT last_value, is_called FROM public.ticket_id_seq UNION ALL SELECT max(id)::bigint, true FROM public.ticket WHERE id BETWEEN 1 AND 9223372036854775807) p WHERE p.last_value BETWEEN 1 AND 9223372036854775807 ORDER BY p.last_value DESC, p.is_called DESC LIMIT 1) r;

COMMIT;
