-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 7 to create, 3 to alter, 0 to replace, 8 to drop, 0 to rename. Risk: destructive.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 12 made-up rows in 2 tables.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;
CREATE SCHEMA IF NOT EXISTS faberdb_quarantine;
REVOKE ALL ON SCHEMA faberdb_quarantine FROM PUBLIC;

BEGIN;

-- 0001 create column public.t.dropped [safe]
CREATE SCHEMA faberdb_quarantine_3;

-- 0002 create column public.t.dropped [safe]
REVOKE ALL ON SCHEMA faberdb_quarantine_3 FROM PUBLIC;

-- 0003 drop column public.t.dropped [dangerous]
--      ! it looks as if it were only renamed to new; then declare it with renamed_from
LOCK TABLE public.t IN ACCESS EXCLUSIVE MODE;

-- 0004 drop column public.t.dropped [dangerous]
--      ! the values are copied to quarantine while the table is locked
--      ! no key tells its rows apart: kept values come back by the content of the other columns, and to rows alike in all of them by their order in the file; exact as long as nobody writes to the table in between
CREATE TABLE faberdb_quarantine.q_1 AS SELECT row_number() OVER () AS id, md5(ROW(added, changed, moved, gone, no_more)::text) AS digest, row_number() OVER (PARTITION BY md5(ROW(added, changed, moved, gone, no_more)::text) ORDER BY tableoid, ctid) AS ordinal, dropped AS value FROM public.t;

-- 0005 drop column public.t.dropped [safe]
ALTER TABLE faberdb_quarantine.q_1 ADD PRIMARY KEY (id);

-- 0006 drop column public.t.dropped [safe]
CREATE TABLE faberdb_quarantine.q_1_position AS SELECT 1 AS id, last_value, is_called FROM public.t_dropped_seq;

-- 0007 drop column public.t.dropped [safe]
ALTER TABLE faberdb_quarantine.q_1_position ADD PRIMARY KEY (id);

-- 0008 drop column public.t.dropped [destructive]
--      ! queries that use it fail from the moment this commits
ALTER TABLE public.t DROP COLUMN dropped;

-- 0009 create column public.t.new [dangerous]
--      ! the table is rewritten while it is locked: each row gets a number
ALTER TABLE public.t ADD COLUMN new bigint GENERATED ALWAYS AS IDENTITY NOT NULL;

-- 0010 drop table public.u [destructive]
--      ! queries that use it fail from the moment this commits
--      ! it looks as if it were only renamed to v; then declare it with renamed_from
ALTER TABLE public.u SET SCHEMA faberdb_quarantine_3;

-- 0011 create table public.v [safe]
CREATE TABLE public.v (
    id bigint GENERATED ALWAYS AS IDENTITY NOT NULL
);

-- 0012 create comment on sequence public.t_added_seq [safe]
COMMENT ON SEQUENCE public.t_added_seq IS 'Counts.';

-- 0013 alter comment on sequence public.t_changed_seq [safe]
COMMENT ON SEQUENCE public.t_changed_seq IS 'Counts on.';

-- 0014 drop comment on sequence public.t_gone_seq [safe]
COMMENT ON SEQUENCE public.t_gone_seq IS NULL;

-- 0015 drop comment on sequence public.t_moved_seq [safe]
COMMENT ON SEQUENCE public.t_moved_seq IS NULL;

-- 0016 alter column public.t.moved [caution]
ALTER SEQUENCE public.t_moved_seq RENAME TO numbers;

-- 0017 create comment on sequence public.numbers [safe]
COMMENT ON SEQUENCE public.numbers IS 'Counts.';

-- 0018 create comment on sequence public.t_new_seq [safe]
COMMENT ON SEQUENCE public.t_new_seq IS 'Counts.';

-- 0019 drop comment on sequence public.t_no_more_seq [safe]
COMMENT ON SEQUENCE public.t_no_more_seq IS NULL;

-- 0020 alter column public.t.no_more [safe]
CREATE TABLE faberdb_quarantine.q_2_position AS SELECT 1 AS id, last_value, is_called FROM public.t_no_more_seq;

-- 0021 alter column public.t.no_more [safe]
ALTER TABLE faberdb_quarantine.q_2_position ADD PRIMARY KEY (id);

-- 0022 alter column public.t.no_more [caution]
--      ! INSERTs that leave it out fail from the moment this commits: it is NOT NULL
ALTER TABLE public.t ALTER COLUMN no_more DROP IDENTITY;

-- 0023 create comment on sequence public.v_id_seq [safe]
COMMENT ON SEQUENCE public.v_id_seq IS 'Counts.';

COMMIT;
