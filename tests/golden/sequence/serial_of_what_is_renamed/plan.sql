-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 5 to create, 2 to alter, 0 to replace, 0 to drop, 5 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 rename table public.pass [dangerous]
--      ! queries that use the old name fail from the moment this commits
ALTER TABLE public.ticket RENAME TO pass;

-- 0002 rename sequence public.pass_id_seq [dangerous]
--      ! queries that use the old name fail from the moment this commits
ALTER SEQUENCE public.ticket_id_seq RENAME TO pass_id_seq;

-- 0003 rename column public.pass.seat [dangerous]
--      ! queries that use the old name fail from the moment this commits
ALTER TABLE public.pass RENAME COLUMN place TO seat;

-- 0004 rename primary key public.pass.pass_pkey [caution]
ALTER TABLE public.pass RENAME CONSTRAINT ticket_pkey TO pass_pkey;

-- 0005 rename sequence public.pass_seat_seq [dangerous]
--      ! queries that use the old name fail from the moment this commits
ALTER SEQUENCE public.ticket_place_seq RENAME TO pass_seat_seq;

-- 0006 alter column public.pass.id [safe]
ALTER TABLE public.pass RENAME CONSTRAINT ticket_id_not_null TO pass_id_not_null;

-- 0007 alter column public.pass.seat [safe]
ALTER TABLE public.pass RENAME CONSTRAINT ticket_place_not_null TO pass_seat_not_null;

-- 0008 create table public.ticket [safe]
CREATE TABLE public.ticket (
    id integer CONSTRAINT ticket_id_not_null NOT NULL,
    CONSTRAINT ticket_pkey PRIMARY KEY (id)
);

-- 0009 create sequence public.ticket_id_seq [safe]
CREATE SEQUENCE public.ticket_id_seq AS integer;

-- 0010 create sequence public.ticket_id_seq [safe]
ALTER SEQUENCE public.ticket_id_seq OWNED BY public.ticket.id;

-- 0011 create default public.ticket.id [safe]
ALTER TABLE public.ticket ALTER COLUMN id SET DEFAULT nextval('public.ticket_id_seq'::regclass);

COMMIT;
