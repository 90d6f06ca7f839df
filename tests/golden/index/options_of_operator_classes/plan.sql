-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 1 to create, 0 to alter, 2 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create index public.article.article_body_idx [dangerous]
--      ! writes to the table wait until the index is built
CREATE INDEX article_body_idx ON public.article USING gist (body tsvector_ops (siglen=64));

-- 0002 replace index public.article.article_old_idx [dangerous]
--      ! queries do without it until it is built anew
DROP INDEX public.article_old_idx;

-- 0003 replace index public.article.article_old_idx [dangerous]
--      ! writes to the table wait until the index is built
CREATE INDEX article_old_idx ON public.article USING gist (old);

-- 0004 replace index public.article.article_title_idx [dangerous]
--      ! queries do without it until it is built anew
DROP INDEX public.article_title_idx;

-- 0005 replace index public.article.article_title_idx [dangerous]
--      ! writes to the table wait until the index is built
CREATE INDEX article_title_idx ON public.article USING gist (title tsvector_ops (siglen=200));

COMMIT;
