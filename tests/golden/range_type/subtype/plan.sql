-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 3 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 7 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 replace index public.item.item_span [dangerous]
--      ! queries do without it until it is built anew
DROP INDEX public.item_span;

-- 0002 replace default public.item.span [safe]
ALTER TABLE public.item ALTER COLUMN span DROP DEFAULT;

-- 0003 replace range type public.span [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.item ALTER COLUMN span TYPE text USING span::text;

-- 0004 replace range type public.span [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.item ALTER COLUMN past TYPE text[] USING past::text[];

-- 0005 replace range type public.span [caution]
DROP TYPE public.span;

-- 0006 replace range type public.span [safe]
CREATE TYPE public.span AS RANGE (
    subtype = double precision,
    multirange_type_name = public.span_multirange
);

-- 0007 replace range type public.span [dangerous]
ALTER TABLE public.item ALTER COLUMN span TYPE public.span USING span::public.span;

-- 0008 replace range type public.span [dangerous]
ALTER TABLE public.item ALTER COLUMN past TYPE public.span[] USING past::public.span[];

-- 0009 replace index public.item.item_span [dangerous]
--      ! writes to the table wait until the index is built
CREATE INDEX item_span ON public.item USING gist (span);

-- 0010 replace default public.item.span [safe]
ALTER TABLE public.item ALTER COLUMN span SET DEFAULT 'empty'::public.span;

COMMIT;
