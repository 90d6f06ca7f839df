-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 10 to create, 1 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 6 made-up rows in 1 table.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

-- cannot run inside a transaction

-- 0001 create tablespace archive [caution]
--      ! the folder must be there on the server's machine, and on that of every standby, and belong to who runs the server
CREATE TABLESPACE archive LOCATION '/tmp/faberdb-golden-archive';

-- cannot run inside a transaction

-- 0002 create tablespace fast [caution]
--      ! the folder must be there on the server's machine, and on that of every standby, and belong to who runs the server
CREATE TABLESPACE fast LOCATION '/tmp/faberdb-golden-fast' WITH (random_page_cost=1.1, effective_io_concurrency=200);

BEGIN;

-- 0003 create role keeper [safe]
CREATE ROLE keeper;

-- 0004 create table public.old_sale [safe]
CREATE TABLE public.old_sale (
    id bigint NOT NULL
) TABLESPACE archive;

-- 0005 create index public.old_sale.old_sale_id_idx [safe]
CREATE INDEX old_sale_id_idx ON public.old_sale (id) TABLESPACE fast;

-- 0006 alter table public.sale [dangerous]
--      ! all of it is copied to the other place under a lock that keeps everybody out
ALTER TABLE public.sale SET TABLESPACE fast;

-- 0007 create role shop [safe]
CREATE ROLE shop;

-- 0008 create comment on tablespace fast [safe]
COMMENT ON TABLESPACE fast IS 'On the new disks';

-- 0009 create owner on tablespace fast [safe]
ALTER TABLESPACE fast OWNER TO keeper;

-- 0010 create grant on tablespace fast.shop [safe]
GRANT ALL ON TABLESPACE fast TO shop;

COMMIT;
