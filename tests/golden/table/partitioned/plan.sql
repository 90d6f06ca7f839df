-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 11 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: safe.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create table public.orders [safe]
CREATE TABLE public.orders (
    id bigint NOT NULL,
    placed date NOT NULL,
    note text DEFAULT 'none'::text,
    CONSTRAINT orders_pkey PRIMARY KEY (id, placed),
    CONSTRAINT positive CHECK ((id > 0))
) PARTITION BY RANGE (placed);

-- 0002 create index public.orders.orders_note_idx [safe]
CREATE INDEX orders_note_idx ON public.orders (note);

-- 0003 create table public.orders_2020 [safe]
CREATE TABLE public.orders_2020 PARTITION OF public.orders FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');

-- 0004 create table public.orders_2021 [safe]
CREATE TABLE public.orders_2021 PARTITION OF public.orders FOR VALUES FROM ('2021-01-01') TO ('2022-01-01') PARTITION BY HASH (id);

-- 0005 create table public.orders_2021_a [safe]
CREATE TABLE public.orders_2021_a PARTITION OF public.orders_2021 FOR VALUES WITH (modulus 2, remainder 0);

COMMIT;
