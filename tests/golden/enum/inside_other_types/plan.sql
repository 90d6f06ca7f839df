-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 1 to alter, 5 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 1 made-up row in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;
CREATE SCHEMA IF NOT EXISTS faberdb_quarantine;
REVOKE ALL ON SCHEMA faberdb_quarantine FROM PUBLIC;

BEGIN;

-- 0001 replace composite type public.lamp [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.room ALTER COLUMN lamp TYPE text USING lamp::text;

-- 0002 replace composite type public.lamp [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.room ALTER COLUMN lamps TYPE text[] USING lamps::text[];

-- 0003 replace composite type public.lamp [caution]
DROP TYPE public.lamp;

-- 0004 replace domain public.lamp_state [dangerous]
LOCK TABLE public.room IN ACCESS EXCLUSIVE MODE;

-- 0005 replace domain public.lamp_state [dangerous]
--      ! the values are copied to quarantine while the table is locked
CREATE TABLE faberdb_quarantine.q_1_1 AS SELECT row_number() OVER () AS id, id AS key_1, (last)::text AS value, (last)::text AS became FROM public.room;

-- 0006 replace domain public.lamp_state [safe]
ALTER TABLE faberdb_quarantine.q_1_1 ADD PRIMARY KEY (id);

-- 0007 replace domain public.lamp_state [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.room ALTER COLUMN last TYPE text USING last::text;

-- 0008 replace domain public.lamp_state [caution]
DROP DOMAIN public.lamp_state;

-- 0009 replace range type public.states [dangerous]
--      ! every table with a column of this type is locked while the column changes its type twice
ALTER TABLE public.room ALTER COLUMN span TYPE text USING span::text;

-- 0010 replace range type public.states [caution]
DROP TYPE public.states;

-- 0011 alter enum public.state [dangerous]
--      ! every table with a column of this type is rewritten while it is locked
--      ! 'broken' goes; a row that has it stops this, unless `using` of its column says what becomes of it
ALTER TYPE public.state RENAME TO state__faberdb_old;

-- 0012 alter enum public.state [safe]
CREATE TYPE public.state AS ENUM ('off', 'on');

-- 0013 alter enum public.state [dangerous]
ALTER TABLE public.room ALTER COLUMN state TYPE public.state USING state::text::public.state;

-- 0014 alter enum public.state [safe]
DROP TYPE public.state__faberdb_old;

-- 0015 replace domain public.lamp_state [safe]
CREATE DOMAIN public.lamp_state AS public.state DEFAULT 'off'::public.state;

-- 0016 replace domain public.lamp_state [dangerous]
ALTER TABLE public.room ALTER COLUMN last TYPE public.lamp_state USING last::public.lamp_state;

-- 0017 replace composite type public.lamp [safe]
CREATE TYPE public.lamp AS (
    state public.lamp_state,
    since date
);

-- 0018 replace composite type public.lamp [dangerous]
ALTER TABLE public.room ALTER COLUMN lamp TYPE public.lamp USING lamp::public.lamp;

-- 0019 replace composite type public.lamp [dangerous]
ALTER TABLE public.room ALTER COLUMN lamps TYPE public.lamp[] USING lamps::public.lamp[];

-- 0020 replace range type public.states [safe]
CREATE TYPE public.states AS RANGE (
    subtype = public.state,
    multirange_type_name = public.states_multirange
);

-- 0021 replace range type public.states [dangerous]
ALTER TABLE public.room ALTER COLUMN span TYPE public.states USING span::public.states;

COMMIT;
