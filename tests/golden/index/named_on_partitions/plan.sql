-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 3 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create index public.orders.by_day [dangerous]
--      ! writes to the table wait until the index is built
CREATE INDEX by_day ON public.orders (placed);

-- 0002 create index public.orders_2020.by_day_2020 [safe]
DO $faberdb$ BEGIN EXECUTE coalesce((SELECT format('ALTER INDEX %s RENAME TO by_day_2020', x.indexrelid::regclass)
    FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_index x ON x.indexrelid = i.inhrelid
    JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid AND c.relname <> 'by_day_2020'
    WHERE i.inhparent = 'public.by_day'::regclass AND x.indrelid = 'public.orders_2020'::regclass), 'SELECT'); END $faberdb$;

-- 0003 create index public.orders_2020.notes_2020 [safe]
DO $faberdb$ BEGIN EXECUTE coalesce((SELECT format('ALTER INDEX %s RENAME TO notes_2020', x.indexrelid::regclass)
    FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_index x ON x.indexrelid = i.inhrelid
    JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid AND c.relname <> 'notes_2020'
    WHERE i.inhparent = 'public.orders_note_idx'::regclass AND x.indrelid = 'public.orders_2020'::regclass), 'SELECT'); END $faberdb$;

COMMIT;
