-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 4 to replace, 0 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 replace view public.best_product [caution]
DROP VIEW public.best_product;

-- 0002 replace materialized view public.sales_by_product [caution]
--      ! queries get other rows or columns from the moment this commits
DROP MATERIALIZED VIEW public.sales_by_product;

-- 0003 replace materialized view public.sales_by_product [caution]
CREATE MATERIALIZED VIEW public.sales_by_product AS
SELECT product,
    sum(amount) AS total,
    count(*) AS sales
   FROM public.sale
  GROUP BY product;

-- 0004 replace comment on materialized view public.sales_by_product [safe]
COMMENT ON MATERIALIZED VIEW public.sales_by_product IS 'Refreshed each night';

-- 0005 replace view public.best_product [safe]
CREATE VIEW public.best_product AS
SELECT product
   FROM public.sales_by_product
  ORDER BY total DESC
 LIMIT 1;

-- 0006 replace index public.sales_by_product.sales_by_product_idx [caution]
CREATE UNIQUE INDEX sales_by_product_idx ON public.sales_by_product (product);

COMMIT;
