-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 16 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create schema desk [safe]
CREATE SCHEMA desk;

-- 0002 create sequence public.counter [safe]
CREATE SEQUENCE public.counter;

-- 0003 create enum public.mood [safe]
CREATE TYPE public.mood AS ENUM ('happy');

-- 0004 create owner on enum public.mood [safe]
ALTER TYPE public.mood OWNER TO pg_monitor;

-- 0005 create grant on enum public.mood.public [dangerous]
--      ! whoever needs the privilege fails from the moment this commits
REVOKE ALL ON TYPE public.mood FROM PUBLIC;

-- 0006 create table public.note [safe]
CREATE TABLE public.note (
    id bigint NOT NULL
);

-- 0007 create column public.ticket.number [safe]
ALTER TABLE public.ticket ADD COLUMN number integer;

-- 0008 create owner on schema desk [safe]
ALTER SCHEMA desk OWNER TO pg_monitor;

-- 0009 create owner on sequence public.counter [safe]
ALTER SEQUENCE public.counter OWNER TO pg_monitor;

-- 0010 create owner on table public.note [safe]
ALTER TABLE public.note OWNER TO pg_monitor;

-- 0011 create sequence public.note_id_seq [safe]
CREATE SEQUENCE public.note_id_seq;

-- 0012 create sequence public.note_id_seq [safe]
ALTER SEQUENCE public.note_id_seq OWNER TO pg_monitor;

-- 0013 create sequence public.note_id_seq [safe]
ALTER SEQUENCE public.note_id_seq OWNED BY public.note.id;

-- 0014 create default public.note.id [safe]
ALTER TABLE public.note ALTER COLUMN id SET DEFAULT nextval('public.note_id_seq'::regclass);

-- 0015 create owner on table public.ticket [dangerous]
--      ! the role that owned it loses an owner's rights; views, and functions with its rights, run with the new owner's
ALTER TABLE public.ticket OWNER TO pg_monitor;

-- 0016 create sequence public.ticket_number_seq [safe]
CREATE SEQUENCE public.ticket_number_seq AS integer;

-- 0017 create sequence public.ticket_number_seq [safe]
ALTER SEQUENCE public.ticket_number_seq OWNER TO pg_monitor;

-- 0018 create sequence public.ticket_number_seq [safe]
ALTER SEQUENCE public.ticket_number_seq OWNED BY public.ticket.number;

-- 0019 create default public.ticket.number [safe]
ALTER TABLE public.ticket ALTER COLUMN number SET DEFAULT nextval('public.ticket_number_seq'::regclass);

-- 0020 create default public.ticket.number [dangerous]
--      ! rows are filled by one UPDATE; the table stays locked until it is done
UPDATE public.ticket SET number = DEFAULT WHERE number IS NULL;

-- 0021 create default public.ticket.number [dangerous]
--      ! the table is scanned while it is locked, and a row without a value stops it
ALTER TABLE public.ticket ALTER COLUMN number SET NOT NULL;

COMMIT;
