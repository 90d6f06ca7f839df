-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 6 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create role "Shop Admin" [caution]
--      ! createrole: that holds in every database of the server, whatever its privileges are
CREATE ROLE "Shop Admin" CREATEDB CREATEROLE NOINHERIT;

-- 0002 create role shop [safe]
--      ! it is made without a password: until somebody sets one (in psql: \password shop), it can be logged in as only where pg_hba.conf asks for none
CREATE ROLE shop LOGIN CONNECTION LIMIT 20 VALID UNTIL '2030-01-31 00:00:00+00';

-- 0003 create role shop [safe]
ALTER ROLE shop SET search_path TO '$user', 'public';

-- 0004 create role shop [safe]
ALTER ROLE shop SET statement_timeout TO '5s';

-- 0005 create role shop [safe]
DO $faberdb$ BEGIN EXECUTE format('ALTER ROLE shop IN DATABASE %I SET shop.region TO ''50%% of ''''us''''''', current_database()); END $faberdb$;

-- 0006 create comment on role shop [safe]
COMMENT ON ROLE shop IS 'What the shop''s servers log in as';

-- 0007 create role shop_reader [safe]
CREATE ROLE shop_reader;

-- 0008 create owner on table public.customer [dangerous]
--      ! the role that owned it loses an owner's rights; views, and functions with its rights, run with the new owner's
--      ! table public.customer is locked for a moment too
ALTER TABLE public.customer OWNER TO "Shop Admin";

-- 0009 create grant on table public.customer.shop_reader [safe]
GRANT SELECT ON TABLE public.customer TO shop_reader;

COMMIT;
