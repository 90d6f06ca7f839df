-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 11 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create table public.book [safe]
CREATE TABLE public.book (
    id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    title text NOT NULL,
    publisher_id bigint,
    added_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT book_pkey PRIMARY KEY (id),
    CONSTRAINT book_title_check CHECK ((title <> ''::text))
) WITH (fillfactor=90);

-- 0002 create foreign key public.book.book_publisher_fkey [caution]
--      ! table public.publisher is locked for a moment too
ALTER TABLE public.book ADD CONSTRAINT book_publisher_fkey FOREIGN KEY (publisher_id) REFERENCES public.publisher (id);

-- 0003 create index public.book.book_title_idx [safe]
CREATE INDEX book_title_idx ON public.book (title);

-- 0004 create comment on table public.book [safe]
COMMENT ON TABLE public.book IS 'A title, whatever number of copies there are';

COMMIT;
