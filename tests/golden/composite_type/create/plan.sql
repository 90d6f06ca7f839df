-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 10 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create composite type public.money_amount [safe]
CREATE TYPE public.money_amount AS (
    currency character(3) COLLATE pg_catalog."C",
    amount numeric(12,2)
);

-- 0002 create comment on attribute public.money_amount.currency [safe]
COMMENT ON COLUMN public.money_amount.currency IS 'ISO 4217';

-- 0003 create comment on composite type public.money_amount [safe]
COMMENT ON TYPE public.money_amount IS 'An amount in a currency';

-- 0004 create grant on composite type public.money_amount.public [dangerous]
--      ! whoever needs the privilege fails from the moment this commits
REVOKE ALL ON TYPE public.money_amount FROM PUBLIC;

-- 0005 create column public.customer.owes [safe]
ALTER TABLE public.customer ADD COLUMN owes public.money_amount;

-- 0006 create composite type public.offer [safe]
CREATE TYPE public.offer AS (
    price public.money_amount,
    valid tstzrange
);

COMMIT;
