"""What functions, procedures and aggregates share: a name that others may bear with other arguments."""

from __future__ import annotations

from collections.abc import Iterable

from faberdb.model import Address, Hazard, Object, Risk, Statement, Work
from faberdb_providers.postgres.hazards import codes
from faberdb_providers.postgres.kinds.base import PostgresKind
from faberdb_providers.postgres.names import ident, routine
from faberdb_providers.postgres.signatures import Argument, arguments, input_types, key_of, of_key

TYPES = (
    "'(' || array_to_string(array(select format_type(u.t, null) from unnest(p.proargtypes) with ordinality u(t, n)"
    " order by u.n), ', ') || ')'"
)
"""SQL for the types of the input arguments of pg_proc p, as they stand in an address."""

CALLED = Hazard(codes.ROUTINE_DROPPED, "calls from the application and from bodies of other routines fail from then on")

REPLACED = Hazard(
    codes.ROUTINE_REPLACED, "calls from the application and from bodies of other routines must fit the new form"
)


class Routine(PostgresKind):
    """Its address ends with the types of its input arguments; a key without parentheses takes them from `arguments`."""

    rebuilt_on_type_change = True  # a BEGIN ATOMIC body refers to columns, and so may the default of an argument

    def entry_key(self, obj: Object) -> str:
        return key_of(*obj.address.path[1:])

    def named(self, schema: str, key: str, given: str | None) -> tuple[Address, str]:
        """The address that a TOML key stands for, and the arguments. Raises ValueError where they do not agree."""
        name, listed = of_key(key)
        text = given if given is not None else (listed or "")
        types = input_types(arguments(text))
        if listed is not None and input_types(arguments(listed)) != types:
            raise ValueError(f"the key says ({listed}), `arguments` say {types}; write the types of one into the other")
        return Address(self.name, (schema, name, types)), text

    def formerly(self, address: Address, name: str) -> Address:
        """Under its old name, where it was, it had the same arguments, so `renamed_from` may leave them out."""
        plain = of_key(name)[0]
        as_sql = "." in plain and name.startswith(plain)  # the dot is not in a name that stood in quotes
        path = Address.parse(f"{self.name}:{plain}").path if as_sql else (plain,)
        schema, old = path if len(path) == 2 else (address.path[0], plain)
        return Address(self.name, (schema, old, address.path[-1]))

    def unsaid(self, obj: Object) -> bool:
        """Whether the key says all there is to say about the arguments."""
        return f"({obj.attributes.get('arguments', '')})" == obj.address.path[-1]

    def fragments(self, obj: Object) -> Iterable[str]:
        return [obj.address.path[-1]]

    def claims(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield ("routine", *obj.address.path)

    def names(self, obj: Object) -> Iterable[tuple[str, ...]]:
        yield ("routine", *obj.address.path[:-1])

    def identity(self, obj: Object) -> str:
        return f"{self.sql_name or self.name.upper()} {routine(self.name, obj.address.path)}"

    def drop(self, obj: Object, work: Work) -> Iterable[Statement]:
        yield Statement(f"DROP {self.identity(obj)}", Risk.DANGEROUS, self.missed(obj, work))

    def missed(self, obj: Object, work: Work) -> tuple[Hazard, ...]:
        """Whom it hurts that it is gone."""
        return (CALLED if work.after(obj.address) is None else REPLACED,)

    def rename(self, before: Object, after: Object) -> Iterable[Statement]:
        schema, name, types = after.address.path
        if before.address.path[0] != schema:
            yield Statement(f"ALTER {self.identity(before)} SET SCHEMA {ident(schema)}", Risk.DANGEROUS, (CALLED,))
            before = before._replace(address=Address(self.name, (schema, before.address.path[1], types)))
        if before.address != after.address:
            sql = f"ALTER {self.identity(before)} RENAME TO {ident(name)}"
            yield Statement(sql, Risk.DANGEROUS, (CALLED,))


def renames_arguments(before: Iterable[Argument], after: Iterable[Argument]) -> bool:
    """Whether an input argument loses its name, which named calls may use."""
    pairs = zip(_inputs(before), _inputs(after), strict=True)
    return any(old.name and old.name != new.name for old, new in pairs)


def _inputs(found: Iterable[Argument]) -> list[Argument]:
    return [argument for argument in found if argument.mode != "OUT"]
