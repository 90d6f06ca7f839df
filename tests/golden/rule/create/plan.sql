-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 5 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create rule public.customer.kept [caution]
--      ! statements on the table do something else from now on; prepared ones are planned anew
CREATE RULE kept AS
    ON DELETE TO public.customer DO INSTEAD
NOTHING;

-- 0002 create rule public.customer.kept [caution]
--      ! statements on the table do something else from now on; prepared ones are planned anew
ALTER TABLE public.customer DISABLE RULE kept;

-- 0003 create rule public.customer.logged [caution]
--      ! statements on the table do something else from now on; prepared ones are planned anew
CREATE RULE logged AS
    ON UPDATE TO public.customer WHERE (new.email <> old.email) DO ALSO
( INSERT INTO public.log (what)
  VALUES (new.email);
 DELETE FROM public.log
  WHERE (log.what = old.email);
);

-- 0004 create view public.emails [safe]
CREATE VIEW public.emails AS
SELECT email
   FROM public.customer;

-- 0005 create rule public.emails.write_through [caution]
CREATE RULE write_through AS
    ON INSERT TO public.emails DO INSTEAD
INSERT INTO public.customer (id, email)
  VALUES (0, new.email)
  RETURNING customer.email;

-- 0006 create comment on rule public.customer.logged [safe]
COMMENT ON RULE logged ON public.customer IS 'Both';

COMMIT;
