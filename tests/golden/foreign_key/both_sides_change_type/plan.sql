-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 2 to alter, 1 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 12 made-up rows in 2 tables.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 replace foreign key public.book.book_author_fkey [caution]
--      ! table public.author is locked for a moment too
ALTER TABLE public.book DROP CONSTRAINT book_author_fkey;

-- 0002 alter column public.author.id [dangerous]
--      ! the table is rewritten while it is locked
--      ! prepared statements that return it fail until they are prepared anew
ALTER TABLE public.author ALTER COLUMN id TYPE text USING id::text;

-- 0003 alter column public.book.author_id [dangerous]
--      ! the table is rewritten while it is locked
--      ! prepared statements that return it fail until they are prepared anew
ALTER TABLE public.book ALTER COLUMN author_id TYPE text USING author_id::text;

-- 0004 replace foreign key public.book.book_author_fkey [dangerous]
--      ! writes to both tables wait while all rows are checked, and a row without its match stops it
--      ! no index begins with its columns: each DELETE from the other table, and each change of its key, reads this one
ALTER TABLE public.book ADD CONSTRAINT book_author_fkey FOREIGN KEY (author_id) REFERENCES public.author (id);

COMMIT;
