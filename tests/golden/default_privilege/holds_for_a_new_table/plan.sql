-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 5 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: caution.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create table public.salary [safe]
CREATE TABLE public.salary (
    amount integer NOT NULL
);

-- 0002 create table public.salary [safe]
REVOKE ALL ON TABLE public.salary FROM PUBLIC;

-- 0003 create table public.timetable [safe]
CREATE TABLE public.timetable (
    line text NOT NULL
);

-- 0004 create grant on table public.timetable.public [safe]
REVOKE ALL ON TABLE public.timetable FROM PUBLIC;

-- 0005 create grant on table public.timetable.public [caution]
--      ! every role of the server can use this, also roles made later
GRANT SELECT ON TABLE public.timetable TO PUBLIC;

COMMIT;
