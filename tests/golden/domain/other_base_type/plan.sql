-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 7 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 2 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;
CREATE SCHEMA IF NOT EXISTS faberdb_quarantine;
REVOKE ALL ON SCHEMA faberdb_quarantine FROM PUBLIC;

BEGIN;

-- 0001 replace view public.cheap [caution]
--      ! queries get other rows or columns from the moment this commits
DROP VIEW public.cheap;

-- 0002 replace index public.item.item_price [dangerous]
--      ! queries do without it until it is built anew
DROP INDEX public.item_price;

-- 0003 replace default public.item.price [safe]
ALTER TABLE public.item ALTER COLUMN price DROP DEFAULT;

-- 0004 replace column public.item.twice [dangerous]
ALTER TABLE public.item DROP COLUMN twice;

-- 0005 replace domain public.price [dangerous]
LOCK TABLE public.item IN ACCESS EXCLUSIVE MODE;

-- 0006 replace domain public.price [dangerous]
--      ! the values are copied to quarantine while the table is locked
CREATE TABLE faberdb_quarantine.q_2_1 AS SELECT row_number() OVER () AS id, id AS key_1, (price)::text AS value, (price::numeric(12,2)::integer::numeric(12,2))::text AS became FROM public.item;

-- 0007 replace domain public.price [safe]
ALTER TABLE faberdb_quarantine.q_2_1 ADD PRIMARY KEY (id);

-- 0008 replace domain public.price [dangerous]
LOCK TABLE public.item IN ACCESS EXCLUSIVE MODE;

-- 0009 replace domain public.price [dangerous]
--      ! the values are copied to quarantine while the table is locked
CREATE TABLE faberdb_quarantine.q_2_2 AS SELECT row_number() OVER () AS id, id AS key_1, (past)::text AS value, (past::numeric(12,2)[]::integer[]::numeric(12,2)[])::text AS became FROM public.item;

-- 0010 replace domain public.price [safe]
ALTER TABLE faberdb_quarantine.q_2_2 ADD PRIMARY KEY (id);

-- 0011 replace domain public.price [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.item ALTER COLUMN price TYPE numeric(12,2) USING price::numeric(12,2);

-- 0012 replace domain public.price [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.item ALTER COLUMN past TYPE numeric(12,2)[] USING past::numeric(12,2)[];

-- 0013 replace domain public.price [caution]
DROP DOMAIN public.price;

-- 0014 replace domain public.amount [dangerous]
LOCK TABLE public.item IN ACCESS EXCLUSIVE MODE;

-- 0015 replace domain public.amount [dangerous]
--      ! the values are copied to quarantine while the table is locked
CREATE TABLE faberdb_quarantine.q_1_1 AS SELECT row_number() OVER () AS id, id AS key_1, (amount)::text AS value, (amount::numeric(12,2)::integer::numeric(12,2))::text AS became FROM public.item;

-- 0016 replace domain public.amount [safe]
ALTER TABLE faberdb_quarantine.q_1_1 ADD PRIMARY KEY (id);

-- 0017 replace domain public.amount [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.item ALTER COLUMN amount TYPE numeric(12,2) USING amount::numeric(12,2);

-- 0018 replace domain public.amount [caution]
DROP DOMAIN public.amount;

-- 0019 replace domain public.amount [safe]
CREATE DOMAIN public.amount AS integer;

-- 0020 replace domain public.amount [dangerous]
ALTER TABLE public.item ALTER COLUMN amount TYPE public.amount USING amount::integer::public.amount;

-- 0021 replace domain public.price [safe]
CREATE DOMAIN public.price AS public.amount
    CONSTRAINT price_not_negative CHECK (((VALUE)::integer >= 0));

-- 0022 replace domain public.price [dangerous]
ALTER TABLE public.item ALTER COLUMN price TYPE public.price USING price::integer::public.price;

-- 0023 replace domain public.price [dangerous]
ALTER TABLE public.item ALTER COLUMN past TYPE public.price[] USING past::integer[]::public.price[];

-- 0024 replace view public.cheap [safe]
CREATE VIEW public.cheap AS
SELECT id,
    price
   FROM public.item
  WHERE ((price)::integer < 10);

-- 0025 replace index public.item.item_price [dangerous]
--      ! writes to the table wait until the index is built
CREATE INDEX item_price ON public.item (price);

-- 0026 replace default public.item.price [safe]
ALTER TABLE public.item ALTER COLUMN price SET DEFAULT 0;

-- 0027 replace column public.item.twice [dangerous]
--      ! the table is rewritten while it is locked: its value is computed for each row
ALTER TABLE public.item ADD COLUMN twice numeric GENERATED ALWAYS AS (((price)::integer * 2)) STORED NOT NULL;

COMMIT;
