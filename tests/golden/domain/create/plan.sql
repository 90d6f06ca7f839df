-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 9 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create domain public.amount [safe]
CREATE DOMAIN public.amount AS numeric(12,2);

-- 0002 create domain public.email [safe]
CREATE DOMAIN public.email AS text DEFAULT 'nobody@example.org'::text NOT NULL
    CONSTRAINT email_has_at CHECK ((VALUE ~~ '%@%'::text))
    CONSTRAINT email_short CHECK ((length(VALUE) < 200));

-- 0003 create comment on domain public.email [safe]
COMMENT ON DOMAIN public.email IS 'An address that mail can be sent to';

-- 0004 create grant on domain public.email.public [dangerous]
--      ! whoever needs the privilege fails from the moment this commits
REVOKE ALL ON DOMAIN public.email FROM PUBLIC;

-- 0005 create comment on domain constraint public.email.email_has_at [safe]
COMMENT ON CONSTRAINT email_has_at ON DOMAIN public.email IS 'No more is certain';

-- 0006 create column public.customer.email [dangerous]
--      ! fails if the table has rows, which have no value for it
--      ! the table is rewritten while it is locked
ALTER TABLE public.customer ADD COLUMN email public.email NOT NULL;

-- 0007 create column public.customer.owed [safe]
ALTER TABLE public.customer ADD COLUMN owed public.amount;

COMMIT;
