-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 1 to alter, 0 to replace, 5 to drop, 0 to rename. Risk: destructive.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 drop policy public.customer.own [dangerous]
--      ! rows may vanish or be refused for shop_reader from the moment this commits
DROP POLICY own ON public.customer;

-- 0002 drop grant on table public.customer.shop_reader [dangerous]
--      ! whoever needs the privilege fails from the moment this commits
REVOKE SELECT ON TABLE public.customer FROM shop_reader;

-- 0003 drop role shop_reader [dangerous]
--      ! whoever had something through it loses that from the moment this commits
--      ! undo: none for a password that it may have from when it could log in
DROP ROLE shop_reader;

-- 0004 alter owner on table public.customer [dangerous]
--      ! the role that owned it loses an owner's rights; views, and functions with its rights, run with the new owner's
ALTER TABLE public.customer OWNER TO clerk;

-- 0005 drop role shop [destructive]
--      ! undo: none for its password, which is lost for good: a rollback makes the role anew without one
DROP ROLE shop;

COMMIT;
