-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 1 to alter, 5 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 7 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 replace check public.account.account_balance_check [caution]
ALTER TABLE public.account DROP CONSTRAINT account_balance_check;

-- 0002 replace default public.account.balance [safe]
ALTER TABLE public.account ALTER COLUMN balance DROP DEFAULT;

-- 0003 replace view public.richest [caution]
--      ! queries get other rows or columns from the moment this commits
DROP VIEW public.richest;

-- 0004 replace view public.rich_account [caution]
--      ! queries get other rows or columns from the moment this commits
DROP VIEW public.rich_account;

-- 0005 alter column public.account.balance [dangerous]
--      ! the table is rewritten while it is locked
--      ! prepared statements that return it fail until they are prepared anew
ALTER TABLE public.account ALTER COLUMN balance TYPE bigint USING balance::bigint;

-- 0006 replace check public.account.account_balance_check [dangerous]
--      ! the table is locked while all rows are checked, and a row that fails stops it
ALTER TABLE public.account ADD CONSTRAINT account_balance_check CHECK ((balance >= 0));

-- 0007 replace default public.account.balance [safe]
ALTER TABLE public.account ALTER COLUMN balance SET DEFAULT 0;

-- 0008 replace view public.rich_account [safe]
CREATE VIEW public.rich_account AS
SELECT id,
    balance
   FROM public.account
  WHERE (balance > 1000);

-- 0009 replace view public.richest [safe]
CREATE VIEW public.richest AS
SELECT max(balance) AS most
   FROM public.rich_account;

-- 0010 replace comment on view public.rich_account [safe]
COMMENT ON VIEW public.rich_account IS 'Whom to call first';

COMMIT;
