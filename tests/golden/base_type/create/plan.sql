-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 11 to create, 0 to alter, 0 to replace, 0 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 create shell type public.grade [safe]
CREATE TYPE public.grade;

-- 0002 create function public.grade_in(cstring) [safe]
CREATE FUNCTION public.grade_in(cstring)
RETURNS public.grade
LANGUAGE internal
IMMUTABLE STRICT
AS $function$int4in$function$;

-- 0003 create function public.grade_out(public.grade) [safe]
CREATE FUNCTION public.grade_out(public.grade)
RETURNS cstring
LANGUAGE internal
IMMUTABLE STRICT
AS $function$int4out$function$;

-- 0004 create base type public.grade [safe]
CREATE TYPE public.grade (
    input = public.grade_in,
    output = public.grade_out,
    internallength = 4,
    passedbyvalue = true,
    category = 'N',
    default = '3'
);

-- 0005 create comment on base type public.grade [safe]
COMMENT ON TYPE public.grade IS 'From 1 to 6';

-- 0006 create grant on base type public.grade.public [dangerous]
--      ! whoever needs the privilege fails from the moment this commits
REVOKE ALL ON TYPE public.grade FROM PUBLIC;

-- 0007 create function public.better(public.grade, public.grade) [safe]
CREATE FUNCTION public.better(public.grade, public.grade)
RETURNS boolean
LANGUAGE internal
IMMUTABLE STRICT
AS $function$int4lt$function$;

-- 0008 create operator public."<(public.grade, public.grade)" [safe]
CREATE OPERATOR public.< (
    FUNCTION = public.better,
    LEFTARG = public.grade,
    RIGHTARG = public.grade
);

-- 0009 create table public.exam [safe]
CREATE TABLE public.exam (
    id bigint NOT NULL,
    grade public.grade NOT NULL
);

COMMIT;
