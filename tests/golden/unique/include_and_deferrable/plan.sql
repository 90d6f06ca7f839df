-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 1 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 replace unique public.chapter.chapter_position_key [caution]
ALTER TABLE public.chapter DROP CONSTRAINT chapter_position_key;

-- 0002 replace unique public.chapter.chapter_position_key [dangerous]
--      ! the table is locked while the index is built, and rows that are alike stop it
ALTER TABLE public.chapter ADD CONSTRAINT chapter_position_key UNIQUE (book_id, "position") INCLUDE (title) DEFERRABLE INITIALLY DEFERRED;

COMMIT;
