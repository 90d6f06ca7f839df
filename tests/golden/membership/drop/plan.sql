-- Plan plan for dev: database shop, PostgreSQL 18.0
-- made 2026-01-01 00:00 UTC, valid until 2026-01-02 00:00 UTC
-- Plan: 0 to create, 1 to alter, 0 to replace, 3 to drop, 0 to rename. Risk: dangerous.
-- Proven forward and back on a scratch cluster of PostgreSQL 18, scope full.
--
-- Run by hand this takes no lock, checks no fingerprint, keeps no journal and writes no state:
-- `faberdb apply` does. After running it by hand: faberdb import dev

\set ON_ERROR_STOP on
SET search_path = '';
SET check_function_bodies = off;

BEGIN;

-- 0001 alter membership boss.clerk [caution]
--      ! the member may make any other role a member, also itself with every option
GRANT clerk TO boss WITH ADMIN TRUE, INHERIT TRUE, SET TRUE;

-- 0002 drop membership clerk.reader [dangerous]
--      ! what the member had through the role it loses from the moment this commits
DO $faberdb$ DECLARE giver text; BEGIN FOR giver IN SELECT m.grantor::regrole FROM pg_auth_members m
    JOIN pg_roles r ON r.oid = m.roleid JOIN pg_roles p ON p.oid = m.member
    WHERE r.rolname = 'reader' AND p.rolname = 'clerk'
    LOOP EXECUTE format('REVOKE reader FROM clerk GRANTED BY %s', giver); END LOOP; END $faberdb$;

-- 0003 drop membership clerk.writer [dangerous]
--      ! what the member had through the role it loses from the moment this commits
DO $faberdb$ DECLARE giver text; BEGIN FOR giver IN SELECT m.grantor::regrole FROM pg_auth_members m
    JOIN pg_roles r ON r.oid = m.roleid JOIN pg_roles p ON p.oid = m.member
    WHERE r.rolname = 'writer' AND p.rolname = 'clerk'
    LOOP EXECUTE format('REVOKE writer FROM clerk GRANTED BY %s', giver); END LOOP; END $faberdb$;

-- 0004 drop role writer [dangerous]
--      ! whoever had something through it loses that from the moment this commits
--      ! undo: none for a password that it may have from when it could log in
DROP ROLE writer;

COMMIT;
