-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 9 to create, 2 to alter, 3 to replace, 9 to drop, 0 to rename. Risk: destructive.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 13 made-up rows in 2 tables.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;
CREATE SCHEMA IF NOT EXISTS faberdb_quarantine;
REVOKE ALL ON SCHEMA faberdb_quarantine FROM PUBLIC;

BEGIN;

-- 0001 create column public.shop.number [safe]
CREATE SCHEMA faberdb_quarantine_2;

-- 0002 create column public.shop.number [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_2 FROM PUBLIC;

-- 0003 create column public.shop.number [safe]
CREATE SCHEMA faberdb_quarantine_3;

-- 0004 create column public.shop.number [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_3 FROM PUBLIC;

-- 0005 replace view public.number_of [dangerous]
--      ! queries that name number of it fail from the moment this commits
DROP VIEW public.number_of;

-- 0006 create table public.people [safe]
CREATE TABLE public.people (
    id integer NOT NULL,
    shop_id integer
);

-- 0007 create foreign key public.people.person_shop_id_fkey [caution]
--      ! table public.shop is locked for a moment too
ALTER TABLE public.people ADD CONSTRAINT person_shop_id_fkey FOREIGN KEY (shop_id) REFERENCES public.shop (id);

-- 0008 drop default public.person.id [safe]
ALTER TABLE public.person ALTER COLUMN id DROP DEFAULT;

-- 0009 drop primary key public.person.person_pkey [caution]
--      ! rows that it kept out can be written from the moment this commits
ALTER TABLE public.person DROP CONSTRAINT person_pkey;

-- 0010 create primary key public.people.person_pkey [safe]
ALTER TABLE public.people ADD CONSTRAINT person_pkey PRIMARY KEY (id);

-- 0011 drop foreign key public.person.person_shop_id_fkey [caution]
--      ! rows that it kept out can be written from the moment this commits
--      ! table public.shop is locked for a moment too
ALTER TABLE public.person DROP CONSTRAINT person_shop_id_fkey;

-- 0012 alter sequence public.person_id_seq [safe]
ALTER SEQUENCE public.person_id_seq OWNED BY public.people.id;

-- 0013 create default public.people.id [safe]
ALTER TABLE public.people ALTER COLUMN id SET DEFAULT nextval('public.person_id_seq'::regclass);

-- 0014 drop table public.person [destructive]
--      ! queries that use it fail from the moment this commits
--      ! it looks as if it were only renamed to people; then declare it with renamed_from
ALTER TABLE public.person SET SCHEMA faberdb_quarantine_3;

-- 0015 create index public.people.person_shop_id_idx [safe]
CREATE INDEX person_shop_id_idx ON public.people (shop_id);

-- 0016 create column public.shop.new_number [safe]
ALTER TABLE public.shop ADD COLUMN new_number integer;

-- 0017 replace view public.number_of [safe]
CREATE VIEW public.number_of AS
SELECT p.id,
    s.new_number
   FROM (public.people p
     JOIN public.shop s ON ((s.id = p.shop_id)));

-- 0018 replace check public.shop.shop_number_check [caution]
ALTER TABLE public.shop DROP CONSTRAINT shop_number_check;

-- 0019 replace check public.shop.shop_number_check [dangerous]
--      ! the table is locked while all rows are checked, and a row that fails stops it
ALTER TABLE public.shop ADD CONSTRAINT shop_number_check CHECK ((new_number > 0));

-- 0020 replace default public.shop.state [safe]
ALTER TABLE public.shop ALTER COLUMN state DROP DEFAULT;

-- 0021 create enum public.shop_state [safe]
CREATE TYPE public.shop_state AS ENUM ('open', 'closed');

-- 0022 drop column public.shop.number [dangerous]
--      ! it looks as if it were only renamed to new_number; then declare it with renamed_from
LOCK TABLE public.shop IN ACCESS EXCLUSIVE MODE;

-- 0023 drop column public.shop.number [dangerous]
--      ! the values are copied to quarantine while the table is locked
CREATE TABLE faberdb_quarantine.q_1 AS SELECT row_number() OVER () AS id, id AS key_1, number AS value, state::text AS value_2, (state::text::public.shop_state)::text AS became_2 FROM public.shop;

-- 0024 drop column public.shop.number [safe]
ALTER TABLE faberdb_quarantine.q_1 ADD PRIMARY KEY (id);

-- 0025 drop column public.shop.number [destructive]
--      ! queries that use it fail from the moment this commits
ALTER TABLE public.shop DROP COLUMN number;

-- 0026 alter column public.shop.state [dangerous]
--      ! a value that does not fit the new type stops it
--      ! prepared statements that return it fail until they are prepared anew
--      ! the table is rewritten while it is locked
ALTER TABLE public.shop ALTER COLUMN state TYPE public.shop_state USING state::text::public.shop_state;

-- 0027 replace default public.shop.state [safe]
ALTER TABLE public.shop ALTER COLUMN state SET DEFAULT 'open'::public.shop_state;

-- 0028 drop enum public.state [caution]
--      ! it looks as if it were only renamed to shop_state; then declare it with renamed_from
ALTER TYPE public.state SET SCHEMA faberdb_quarantine_2;

COMMIT;
