-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 3 to create, 8 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 12 made-up rows in 2 tables.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 alter column public.t.a [caution]
ALTER SEQUENCE public.t_a_seq SET LOGGED;

-- 0002 alter column public.t.b [caution]
ALTER SEQUENCE public.t_b_seq SET UNLOGGED;

-- 0003 alter column public.t.c [caution]
ALTER TABLE public.t ALTER COLUMN c SET INCREMENT BY 1 SET NO MINVALUE SET NO MAXVALUE SET START WITH 1 SET CACHE 5 SET NO CYCLE;

-- 0004 create column public.t.d [dangerous]
--      ! the table is rewritten while it is locked: each row gets a number
ALTER TABLE public.t ADD COLUMN d bigint GENERATED ALWAYS AS IDENTITY NOT NULL;

-- 0005 create column public.t.d [caution]
ALTER SEQUENCE public.t_d_seq SET UNLOGGED;

-- 0006 alter column public.v.a [caution]
ALTER SEQUENCE public.v_a_seq SET UNLOGGED;

-- 0007 alter column public.v.b [caution]
ALTER SEQUENCE public.v_b_seq RENAME TO numbers;

-- 0008 alter column public.v.b [caution]
ALTER SEQUENCE public.numbers SET LOGGED;

-- 0009 alter table public.w [dangerous]
--      ! a crash empties it from then on, and standbys do not have its rows
--      ! the table is rewritten while it is locked
ALTER TABLE public.w SET UNLOGGED;

-- 0010 alter table public.w [caution]
ALTER SEQUENCE public.w_b_seq SET LOGGED;

-- 0011 alter column public.w.a [caution]
ALTER SEQUENCE public.w_a_seq SET UNLOGGED;

-- 0012 alter column public.w.b [caution]
ALTER SEQUENCE public.w_b_seq SET LOGGED;

-- 0013 create table public.x [safe]
CREATE TABLE public.x (
    a bigint GENERATED ALWAYS AS IDENTITY NOT NULL
);

-- 0014 create table public.x [safe]
ALTER SEQUENCE public.x_a_seq SET UNLOGGED;

COMMIT;
