-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 5 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: safe.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create comment on column public.book.title [safe]
COMMENT ON COLUMN public.book.title IS 'As on the cover';

-- 0002 create comment on enum public.binding [safe]
COMMENT ON TYPE public.binding IS 'How the cover is made';

-- 0003 create comment on index public.book.book_title_idx [safe]
COMMENT ON INDEX public.book_title_idx IS 'For the search page';

-- 0004 create comment on primary key public.book.book_pkey [safe]
COMMENT ON CONSTRAINT book_pkey ON public.book IS 'Never reused';

-- 0005 create comment on table public.book [safe]
COMMENT ON TABLE public.book IS 'A title, it''s "printed" in copies';

COMMIT;
