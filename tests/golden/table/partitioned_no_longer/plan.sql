-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 0 to alter, 16 to replace, 4 to drop, 0 to rename. Risk: destructive.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 14 made-up rows in 4 tables.
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

-- 0003 create table public.visit [safe]
CREATE SCHEMA faberdb_quarantine_2;

-- 0004 create table public.visit [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_2 FROM PUBLIC;

-- 0005 create table public.visit [safe]
CREATE SCHEMA faberdb_quarantine_3;

-- 0006 create table public.visit [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_3 FROM PUBLIC;

-- 0007 create table public.visit [safe]
CREATE SCHEMA faberdb_quarantine_4;

-- 0008 create table public.visit [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_4 FROM PUBLIC;

-- 0009 create table public.visit [safe]
CREATE SCHEMA faberdb_quarantine_5;

-- 0010 create table public.visit [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_5 FROM PUBLIC;

-- 0011 replace view public.recent [caution]
DROP VIEW public.recent;

-- 0012 replace foreign key public.remark.remark_visit_fkey [caution]
--      ! table public.visit, table public.visit_2023, table public.visit_2024, table public.visit_later and table public.visit_rest are locked for a moment too
ALTER TABLE public.remark DROP CONSTRAINT remark_visit_fkey;

-- 0013 replace foreign key public.visit.visit_place_fkey [caution]
--      ! table public.place is locked for a moment too
ALTER TABLE public.visit DROP CONSTRAINT visit_place_fkey;

-- 0014 drop table public.visit_2023 [dangerous]
--      ! queries on the parent wait for a moment, and no longer find the rows of the partition
ALTER TABLE public.visit DETACH PARTITION public.visit_2023;

-- 0015 drop table public.visit_2023 [destructive]
--      ! queries that use it fail from the moment this commits
ALTER TABLE public.visit_2023 SET SCHEMA faberdb_quarantine_2;

-- 0016 drop table public.visit_2024 [dangerous]
--      ! queries on the parent wait for a moment, and no longer find the rows of the partition
ALTER TABLE public.visit_later DETACH PARTITION public.visit_2024;

-- 0017 drop table public.visit_2024 [destructive]
--      ! queries that use it fail from the moment this commits
ALTER TABLE public.visit_2024 SET SCHEMA faberdb_quarantine_3;

-- 0018 drop table public.visit_rest [dangerous]
--      ! queries on the parent wait for a moment, and no longer find the rows of the partition
ALTER TABLE public.visit_later DETACH PARTITION public.visit_rest;

-- 0019 drop table public.visit_rest [destructive]
--      ! queries that use it fail from the moment this commits
ALTER TABLE public.visit_rest SET SCHEMA faberdb_quarantine_5;

-- 0020 drop table public.visit_later [dangerous]
--      ! queries on the parent wait for a moment, and no longer find the rows of the partition
ALTER TABLE public.visit DETACH PARTITION public.visit_later;

-- 0021 drop table public.visit_later [destructive]
--      ! queries that use it fail from the moment this commits
ALTER TABLE public.visit_later SET SCHEMA faberdb_quarantine_4;

-- 0022 replace table public.visit [destructive]
ALTER TABLE public.visit SET SCHEMA faberdb_quarantine_1;

-- 0023 replace table public.visit [safe]
CREATE TABLE public.visit (
    id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    at date NOT NULL,
    place text NOT NULL,
    note text,
    year integer GENERATED ALWAYS AS ((EXTRACT(year FROM at))::integer) STORED,
    CONSTRAINT visit_pkey PRIMARY KEY (id, at),
    CONSTRAINT visit_id_check CHECK ((id > 0))
);

-- 0024 replace table public.visit [dangerous]
--      ! its rows are copied while it is locked, and keep the values of columns that it still has; a rollback brings back the rows as they are now, and those written since stay in quarantine
INSERT INTO public.visit (id, at, place, note) OVERRIDING SYSTEM VALUE SELECT id, at, place, note FROM ONLY faberdb_quarantine_2.visit_2023;

-- 0025 replace table public.visit [dangerous]
--      ! its rows are copied while it is locked, and keep the values of columns that it still has; a rollback brings back the rows as they are now, and those written since stay in quarantine
INSERT INTO public.visit (id, at, place, note) OVERRIDING SYSTEM VALUE SELECT id, at, place, note FROM ONLY faberdb_quarantine_3.visit_2024;

-- 0026 replace table public.visit [dangerous]
--      ! its rows are copied while it is locked, and keep the values of columns that it still has; a rollback brings back the rows as they are now, and those written since stay in quarantine
INSERT INTO public.visit (id, at, place, note) OVERRIDING SYSTEM VALUE SELECT id, at, place, note FROM ONLY faberdb_quarantine_5.visit_rest;

-- 0027 replace table public.visit [caution]
SELECT setval('public.visit_id_seq', last_value, is_called) FROM faberdb_quarantine_1.visit_id_seq;

-- 0028 replace table public.visit [caution]
ALTER TABLE public.visit ENABLE ROW LEVEL SECURITY;

-- 0029 replace view public.recent [safe]
CREATE VIEW public.recent AS
SELECT id,
    place
   FROM public.visit
  WHERE (at > '2024-01-01'::date);

-- 0030 replace foreign key public.remark.remark_visit_fkey [dangerous]
--      ! writes to both tables wait while all rows are checked, and a row without its match stops it
--      ! no index begins with its columns: each DELETE from the other table, and each change of its key, reads this one
ALTER TABLE public.remark ADD CONSTRAINT remark_visit_fkey FOREIGN KEY (id, at) REFERENCES public.visit (id, at);

-- 0031 replace policy public.visit.all [caution]
--      ! rows that were hidden or refused may open up to everybody when this commits
CREATE POLICY "all" ON public.visit USING (true);

-- 0032 replace trigger public.visit.stamp [caution]
--      ! it fires for everybody from now on, and what they do fails if it fails
CREATE TRIGGER stamp BEFORE INSERT ON public.visit FOR EACH ROW EXECUTE FUNCTION public.stamp();

-- 0033 replace foreign key public.visit.visit_place_fkey [dangerous]
--      ! writes to both tables wait while all rows are checked, and a row without its match stops it
ALTER TABLE public.visit ADD CONSTRAINT visit_place_fkey FOREIGN KEY (place) REFERENCES public.place (code);

-- 0034 replace index public.visit.visit_place_idx [dangerous]
--      ! writes to the table wait until the index is built
CREATE INDEX visit_place_idx ON public.visit (place);

-- 0035 replace comment on table public.visit [safe]
COMMENT ON TABLE public.visit IS 'Who was where';

-- 0036 replace grant on table public.visit.pg_monitor [safe]
GRANT SELECT ON TABLE public.visit TO pg_monitor;

COMMIT;
