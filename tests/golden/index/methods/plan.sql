-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 4 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create index public.article.article_payload_idx [dangerous]
--      ! writes to the table wait until the index is built
CREATE INDEX article_payload_idx ON public.article USING gin (payload jsonb_path_ops);

-- 0002 create index public.article.article_slug_idx [dangerous]
--      ! writes to the table wait until the index is built
CREATE INDEX article_slug_idx ON public.article USING hash (slug);

-- 0003 create index public.article.article_tags_idx [dangerous]
--      ! writes to the table wait until the index is built
CREATE INDEX article_tags_idx ON public.article USING gin (tags);

-- 0004 create index public.article.article_written_idx [dangerous]
--      ! writes to the table wait until the index is built
CREATE INDEX article_written_idx ON public.article USING brin (written) WITH (pages_per_range=32);

COMMIT;
