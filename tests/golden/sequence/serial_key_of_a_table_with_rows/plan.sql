-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 8 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full, with 8 made-up rows in 2 tables.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create column public.note.id [safe]
ALTER TABLE public.note ADD COLUMN id integer;

-- 0002 create sequence public.note_id_seq [safe]
CREATE SEQUENCE public.note_id_seq AS integer;

-- 0003 create sequence public.note_id_seq [safe]
ALTER SEQUENCE public.note_id_seq OWNED BY public.note.id;

-- 0004 create default public.note.id [safe]
ALTER TABLE public.note ALTER COLUMN id SET DEFAULT nextval('public.note_id_seq'::regclass);

-- 0005 create default public.note.id [dangerous]
--      ! rows are filled by one UPDATE; the table stays locked until it is done
UPDATE public.note SET id = DEFAULT WHERE id IS NULL;

-- 0006 create default public.note.id [dangerous]
--      ! the table is scanned while it is locked, and a row without a value stops it
ALTER TABLE public.note ALTER COLUMN id SET NOT NULL;

-- 0007 create column public.note.double [dangerous]
--      ! the table is rewritten while it is locked: its value is computed for each row
ALTER TABLE public.note ADD COLUMN double integer GENERATED ALWAYS AS ((id * 2)) STORED NOT NULL;

-- 0008 create index public.note.note_double_idx [dangerous]
--      ! writes to the table wait until the index is built
CREATE INDEX note_double_idx ON public.note (double, id);

-- 0009 create check public.note.note_id_check [dangerous]
--      ! the table is locked while all rows are checked, and a row that fails stops it
ALTER TABLE public.note ADD CONSTRAINT note_id_check CHECK (((id IS NOT NULL) AND (id > 0)));

-- 0010 create primary key public.note.note_pkey [dangerous]
--      ! the table is locked while the index is built, and rows that are alike stop it
ALTER TABLE public.note ADD CONSTRAINT note_pkey PRIMARY KEY (id);

-- 0011 create foreign key public.mark.mark_note_fkey [dangerous]
--      ! writes to both tables wait while all rows are checked, and a row without its match stops it
--      ! no index begins with its columns: each DELETE from the other table, and each change of its key, reads this one
ALTER TABLE public.mark ADD CONSTRAINT mark_note_fkey FOREIGN KEY (note) REFERENCES public.note (id);

COMMIT;
