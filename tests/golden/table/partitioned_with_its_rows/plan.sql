-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 4 to create, 0 to alter, 16 to replace, 0 to drop, 0 to rename. Risk: destructive.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 4 made-up rows in 2 tables.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create table public.visit [safe]
CREATE SCHEMA faberdb_quarantine_1;

-- 0002 create table public.visit [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_1 FROM PUBLIC;

-- 0003 replace view public.recent [caution]
DROP VIEW public.recent;

-- 0004 replace foreign key public.remark.remark_visit_fkey [caution]
--      ! table public.visit is locked for a moment too
ALTER TABLE public.remark DROP CONSTRAINT remark_visit_fkey;

-- 0005 replace foreign key public.visit.visit_place_fkey [caution]
--      ! table public.place is locked for a moment too
ALTER TABLE public.visit DROP CONSTRAINT visit_place_fkey;

-- 0006 replace table public.visit [destructive]
ALTER TABLE public.visit SET SCHEMA faberdb_quarantine_1;

-- 0007 replace table public.visit [safe]
CREATE TABLE public.visit (
    id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    at date NOT NULL,
    place text NOT NULL,
    note text,
    year integer GENERATED ALWAYS AS ((EXTRACT(year FROM at))::integer) STORED,
    CONSTRAINT visit_pkey PRIMARY KEY (id, at),
    CONSTRAINT visit_id_check CHECK ((id > 0))
) PARTITION BY RANGE (at);

-- 0008 replace table public.visit [caution]
ALTER TABLE public.visit ENABLE ROW LEVEL SECURITY;

-- 0009 replace view public.recent [safe]
CREATE VIEW public.recent AS
SELECT id,
    place
   FROM public.visit
  WHERE (at > '2024-01-01'::date);

-- 0010 create table public.visit_2023 [caution]
--      ! the table above is locked for a moment
CREATE TABLE public.visit_2023 PARTITION OF public.visit FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');

-- 0011 create table public.visit_later [caution]
--      ! the table above is locked for a moment
CREATE TABLE public.visit_later PARTITION OF public.visit FOR VALUES FROM ('2024-01-01') TO (MAXVALUE) PARTITION BY RANGE (at);

-- 0012 create table public.visit_2024 [safe]
CREATE TABLE public.visit_2024 PARTITION OF public.visit_later FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');

-- 0013 create table public.visit_rest [safe]
CREATE TABLE public.visit_rest PARTITION OF public.visit_later DEFAULT;

-- 0014 replace table public.visit [caution]
ALTER TABLE faberdb_quarantine_1.visit NO FORCE ROW LEVEL SECURITY;

-- 0015 replace table public.visit [dangerous]
--      ! its rows are copied while it is locked, and keep the values of columns that it still has; a rollback brings back the rows as they are now, and those written since stay in quarantine
INSERT INTO public.visit (id, at, place, note) OVERRIDING SYSTEM VALUE SELECT id, at, place, note FROM ONLY faberdb_quarantine_1.visit;

-- 0016 replace table public.visit [caution]
ALTER TABLE faberdb_quarantine_1.visit FORCE ROW LEVEL SECURITY;

-- 0017 replace table public.visit [caution]
SELECT setval('public.visit_id_seq', last_value, is_called) FROM faberdb_quarantine_1.visit_id_seq;

-- 0018 replace table public.visit [caution]
ALTER TABLE public.visit FORCE ROW LEVEL SECURITY;

-- 0019 replace foreign key public.remark.remark_visit_fkey [dangerous]
--      ! writes to both tables wait while all rows are checked, and a row without its match stops it
--      ! no index begins with its columns: each DELETE from the other table, and each change of its key, reads this one
ALTER TABLE public.remark ADD CONSTRAINT remark_visit_fkey FOREIGN KEY (id, at) REFERENCES public.visit (id, at);

-- 0020 replace policy public.visit.all [caution]
--      ! rows that were hidden or refused may open up to everybody when this commits
CREATE POLICY "all" ON public.visit USING (true);

-- 0021 replace trigger public.visit.stamp [caution]
--      ! it fires for everybody from now on, and what they do fails if it fails
CREATE TRIGGER stamp BEFORE INSERT ON public.visit FOR EACH ROW EXECUTE FUNCTION public.stamp();

-- 0022 replace foreign key public.visit.visit_place_fkey [dangerous]
--      ! writes to both tables wait while all rows are checked, and a row without its match stops it
ALTER TABLE public.visit ADD CONSTRAINT visit_place_fkey FOREIGN KEY (place) REFERENCES public.place (code);

-- 0023 replace index public.visit.visit_place_idx [dangerous]
--      ! writes to the table wait until the index is built
CREATE INDEX visit_place_idx ON public.visit (place);

-- 0024 replace comment on table public.visit [safe]
COMMENT ON TABLE public.visit IS 'Who was where';

-- 0025 replace grant on table public.visit.pg_monitor [safe]
GRANT SELECT ON TABLE public.visit TO pg_monitor;

COMMIT;
