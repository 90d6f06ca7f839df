"""Functions, window functions and procedures, as pg_get_functiondef prints them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from faberdb.model import Address, Object, Statement, Work
from faberdb_providers.postgres.kinds.background import BackgroundKind, not_brought_along
from faberdb_providers.postgres.kinds.base import USER_SCHEMA, Found, Row
from faberdb_providers.postgres.names import dotted


class Routine(BackgroundKind):
    """What functions, procedures and aggregates share: a name that others may bear with other arguments."""

    rebuilt_on_type_change = True  # a BEGIN ATOMIC body refers to columns, and so may the default of an argument
    prokinds = ""

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield ("function", *obj.address.path[:-1])

    def identity(self, obj: Object) -> str:
        return f"{self.sql_name or self.name.upper()} {dotted(*obj.address.path[:-1])}{obj.address.path[-1]}"


class FunctionKind(Routine):
    """`CREATE FUNCTION`; https://www.postgresql.org/docs/current/sql-createfunction.html"""

    name = "function"
    texts = ("definition",)
    prokinds = "'f', 'w'"

    def query(self, version: int) -> str:
        return (
            "select 'pg_proc'::regclass::oid, p.oid, 0, n.nspname, p.proname,"
            " pg_get_function_identity_arguments(p.oid), pg_get_functiondef(p.oid)"
            " from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
            f" where p.prokind in ({self.prokinds}) and {not_brought_along('pg_proc', 'p')} and {USER_SCHEMA}"
            " order by n.nspname, p.proname, 6"
        )

    def read(self, row: Row) -> Found | None:
        classid, oid, _, schema, name, arguments, definition = row
        address = Address(self.name, (schema, name, f"({arguments})"))
        return (classid, oid, 0), Object(address, {"definition": definition.rstrip("\n")})

    def create(self, obj: Object, inlined: Sequence[Object], work: Work) -> Iterable[Statement]:
        yield Statement(obj.attributes["definition"].replace("CREATE OR REPLACE ", "CREATE ", 1))


class ProcedureKind(FunctionKind):
    """`CREATE PROCEDURE`; https://www.postgresql.org/docs/current/sql-createprocedure.html"""

    name = "procedure"
    prokinds = "'p'"


KINDS = (FunctionKind(), ProcedureKind())
