-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 10 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: safe.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create table public.department [safe]
CREATE TABLE public.department (
    id integer NOT NULL,
    head integer,
    CONSTRAINT department_pkey PRIMARY KEY (id)
);

-- 0002 create table public.employee [safe]
CREATE TABLE public.employee (
    id integer NOT NULL,
    department integer NOT NULL,
    CONSTRAINT employee_pkey PRIMARY KEY (id)
);

-- 0003 create foreign key public.department.department_head_fkey [safe]
ALTER TABLE public.department ADD CONSTRAINT department_head_fkey FOREIGN KEY (head) REFERENCES public.employee (id);

-- 0004 create foreign key public.employee.employee_department_fkey [safe]
ALTER TABLE public.employee ADD CONSTRAINT employee_department_fkey FOREIGN KEY (department) REFERENCES public.department (id);

COMMIT;
